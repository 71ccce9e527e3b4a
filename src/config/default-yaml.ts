import { toYaml } from './option';
import { isSetting, TABLE, type Table } from './settings';

const HEAD = `# Every setting of Loom with its default, generated from src/config/options.ts by \`node scripts/settings.mjs\`.
# Put your changes into another file (loom -c FILE) or into environment variables; see docs/operations.md.
`;

export function renderDefaultYaml(): string {
  return `${HEAD}${render(TABLE, '')}`;
}

function render(table: Table, indent: string): string {
  return [...table]
    .map(([name, entry]) => {
      if (!isSetting(entry)) return `\n${indent}${name}:\n${render(entry, `${indent}  `)}`;
      const gap = indent === '' ? '\n' : '';
      return `${gap}${indent}# ${entry.option.description}\n${indent}${name}: ${toYaml(entry.option.default)}\n`;
    })
    .join('');
}
