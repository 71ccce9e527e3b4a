// Writes config/default.yaml and docs/settings.md from the table of options. With --check it writes nothing and fails if one of
// them differs. Run `npm run build` before: it reads the table from dist.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDefaultYaml } from '../dist/config/default-yaml.js';
import { renderSettingsPage } from './settings/render-settings-page.mjs';

const FILES = { 'config/default.yaml': renderDefaultYaml(), 'docs/settings.md': renderSettingsPage() };

for (const [name, text] of Object.entries(FILES)) {
  const file = fileURLToPath(new URL(`../${name}`, import.meta.url));
  if (!process.argv.includes('--check')) {
    writeFileSync(file, text);
  } else if (readFileSync(file, 'utf8') !== text) {
    console.error(
      `${name} differs from the table of options. Run: npm run build && node scripts/settings.mjs`,
    );
    process.exitCode = 1;
  }
}
