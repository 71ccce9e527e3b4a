import { toYaml } from '../../dist/config/option.js';
import { SETTINGS } from '../../dist/config/settings.js';

const HEAD = `# Settings

<!-- Generated from src/config/options.ts by \`node scripts/settings.mjs\`. -->

Each setting is a key of a YAML file and an environment variable. Later wins: the defaults, each \`--config\` file in its order,
the environment, the options of the command line. For example, these two are the same:

\`\`\`sh
printf 'limits: {streams: 500}\\n' > my.yaml && bin/loom -c my.yaml
LOOM_LIMITS_STREAMS=500 bin/loom
\`\`\`

\`LOOM_TOKENS_FILE\` and \`LOOM_STORE_FILE\` name a file that holds the value. [operations.md](operations.md) explains how settings
work together. A value that a setting does not take stops the start with a sentence that names the setting and what it takes.
`;

/** The text of `docs/settings.md`. */
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
      `| \`${key}\`<br>\`${variable}\` | \`${toYaml(option.default) || "''"}\` | ${cell(takes(option))} | ${cell(option.description)} |\n`,
  );
  return `\n## ${name}\n\n| setting | default | takes | meaning |\n|---|---|---|---|\n${rows.join('')}`;
}

/** What the error for a wrong value says that the option takes. */
function takes({ check }) {
  try {
    check.parse({});
  } catch ({ problem }) {
    return problem.replace(/^must be /, '');
  }
  throw new Error('a setting takes an empty object: this page cannot say what else it takes');
}

function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
