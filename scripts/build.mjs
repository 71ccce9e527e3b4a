// Compiles src to dist, and takes the Lua files along.
import { execFileSync } from 'node:child_process';
import { cpSync, readdirSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const file of readdirSync('src', { recursive: true })) {
  if (file.endsWith('.lua')) cpSync(`src/${file}`, `dist/${file}`);
}
