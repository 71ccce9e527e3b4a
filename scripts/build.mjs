// Compiles src to dist, takes the Lua files along, and bundles the web pages.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const file of readdirSync('src', { recursive: true })) {
  if (file.endsWith('.lua')) cpSync(`src/${file}`, `dist/${file}`);
}
await import('./build-web.mjs');
