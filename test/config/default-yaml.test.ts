import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCommandLine } from '../../src/config/command-line';
import { renderDefaultYaml } from '../../src/config/default-yaml';
import { helpText } from '../../src/config/help';
import { SETTINGS } from '../../src/config/settings';
import { configFrom, loadConfig } from '../support/config';

describe('config/default.yaml', () => {
  const text = readFileSync(join(__dirname, '../../config/default.yaml'), 'utf8');

  // If this fails, run `npm run build && node scripts/settings.mjs`.
  it('config/default.yaml equals what the table of options renders', () => {
    expect(text).toBe(renderDefaultYaml());
  });

  it('config/default.yaml parses to the defaults', () => {
    expect(loadConfig(parseCommandLine([]), {})).toEqual(configFrom({}));
  });

  it('config/default.yaml has every setting below its description', () => {
    for (const { path, option } of SETTINGS) {
      expect(text).toContain(`# ${option.description}\n${'  '.repeat(path.length - 1)}${path.at(-1)}: `);
    }
  });
});

// If this fails, run `npm run build && node scripts/settings.mjs`.
it('docs/settings.md equals what the table of options renders', () => {
  execFileSync(process.execPath, [join(__dirname, '../../scripts/settings.mjs'), '--check'], {
    stdio: 'inherit',
  });
});

it('help all lists every setting and every option', () => {
  const help = helpText('all', Number.POSITIVE_INFINITY);
  const lines = help.split('\n').map((line) => line.replace(/ +/g, ' '));
  for (const { key, option } of SETTINGS) {
    expect(lines).toContainEqual(expect.stringContaining(` ${key} ${option.description} [`));
  }
  for (const flag of ['-p, --port', '--host', '--store', '-c, --config', '-h, --help', '-v, --version']) {
    expect(help).toContain(flag);
  }
});

it('the help fits on a screen, and says where the other settings are', () => {
  const help = helpText('serve', Number.POSITIVE_INFINITY);
  expect(help.split('\n').length).toBeLessThan(45);
  const shown = SETTINGS.filter(({ key }) => help.includes(`  ${key} `));
  expect(shown.map(({ key }) => key)).toEqual(
    expect.arrayContaining(['tokens', 'retention.maxAge', 'http.hosts']),
  );
  expect(help).toContain(`\n${SETTINGS.length - shown.length} more settings: loom help all`);
});

it('every setting has a description in sentences and its own variable', () => {
  for (const { option } of SETTINGS) expect(option.description).toMatch(/^[A-Za-z].*\.$/);
  expect(new Set(SETTINGS.map(({ variable }) => variable)).size).toBe(SETTINGS.length);
});
