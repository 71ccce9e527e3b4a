// Compiles src to dist, takes the Lua files along, and bundles the commands, the client and the web pages. With --if-changed it does so only if
// something that it reads has changed since the last build.
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hashOfInputs } from './build-inputs.mjs';

/** Written last: a build that was interrupted has none. */
const STAMP = 'dist/.inputs';

const inputs = hashOfInputs(process.cwd());
const isBuilt = existsSync(STAMP) && readFileSync(STAMP, 'utf8') === inputs;
if (!process.argv.includes('--if-changed') || !isBuilt) await build();

async function build() {
  rmSync('dist', { recursive: true, force: true });
  execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
    stdio: 'inherit',
  });
  for (const file of readdirSync('src', { recursive: true })) {
    if (file.endsWith('.lua')) cpSync(`src/${file}`, `dist/${file}`);
  }
  await import('./build-programs.mjs');
  await import('./prune-dist.mjs');
  await import('./build-client.mjs');
  await import('./build-web.mjs');
  writeFileSync(STAMP, inputs);
}
