// Compiles src to dist, and takes the Lua files along.
import { execFileSync } from 'node:child_process';
import { cpSync, rmSync } from 'node:fs';

rmSync('dist', { recursive: true, force: true });
execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], {
  stdio: 'inherit',
});
for (const lua of ['storage/redis/lua', 'relay/redis/lua'])
  cpSync(`src/${lua}`, `dist/${lua}`, { recursive: true });
