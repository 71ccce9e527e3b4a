import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

// When it fails: write the missing sentences, then run node scripts/glossary.mjs.
it('the glossary has every exported noun, each with a sentence', () => {
  execFileSync(process.execPath, [join(__dirname, '../scripts/glossary.mjs'), '--check'], {
    stdio: 'inherit',
  });
});
