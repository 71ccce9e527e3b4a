// Writes config/default.yaml from the table of options. With --check it only says whether the file is as it should be.
// It needs a build: the table is TypeScript.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { renderDefaultYaml } from '../dist/config/default-yaml.js';

const file = fileURLToPath(new URL('../config/default.yaml', import.meta.url));
const text = renderDefaultYaml();

if (!process.argv.includes('--check')) {
  writeFileSync(file, text);
} else if (readFileSync(file, 'utf8') !== text) {
  console.error(
    'config/default.yaml is not what the table of options says: run npm run build, then node scripts/settings.mjs',
  );
  process.exitCode = 1;
}
