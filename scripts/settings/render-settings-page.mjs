import { toYaml } from '../../dist/config/option.js';
import { SETTINGS } from '../../dist/config/settings.js';

const HEAD = `# Settings

<!-- Generated from src/config/options.ts by \`node scripts/settings.mjs\`. -->

Each setting is a key in a YAML file and an environment variable. Later sources win: the defaults, the \`--config\` files in order,
the environment, the options of the command line. For example, these two commands do the same:

\`\`\`sh
printf 'limits: {streams: 500}\\n' > my.yaml && bin/loom -c my.yaml
LOOM_LIMITS_STREAMS=500 bin/loom
\`\`\`

\`LOOM_TOKENS_FILE\` and \`LOOM_STORE_FILE\` name a file that holds the value. [operations.md](operations.md) explains how settings
work together. An invalid value stops the start; the error names the setting and the values that it accepts.
`;

/** Renders `docs/settings.md`. */
export function renderSettingsPage() {
  const groups = new Map();
  for (const setting of SETTINGS) {
    const group = setting.path.length > 1 ? setting.path[0] : 'general';
    groups.set(group, [...(groups.get(group) ?? []), setting]);
  }
  return HEAD + [...groups].map(([name, settings]) => renderGroup(name, settings)).join('');
}

function renderGroup(name, settings) {
  const rows = settings.map(
    ({ key, variable, option }) =>
      `| \`${key}\`<br>\`${variable}\` | \`${(toYaml(option.default) || "''").replaceAll('|', '\\|')}\` | ${cell(accepts(option))} | ${cell(option.description)} |\n`,
  );
  return `\n## ${name}\n\n| setting | default | accepts | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

/** The values that the option accepts, as its error for an invalid value names them. */
function accepts({ check }) {
  try {
    check.parse({});
  } catch ({ problem }) {
    return problem.replace(/^must be /, '');
  }
  throw new Error('a setting accepts an empty object, so no error names its values');
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
