import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port';
import { type ProxyProcess, startProxy } from './proxy-process';

/** `ops/Caddyfile`, in front of the Loom on `port`. Only its addresses are others, and it has no port for commands. */
export async function startCaddy(port: number): Promise<ProxyProcess> {
  const directory = mkdtempSync(join(tmpdir(), 'caddy-'));
  const listen = await freePort();
  const file = readFileSync(join(__dirname, '../../ops/Caddyfile'), 'utf8')
    .replace('127.0.0.1:3060', `127.0.0.1:${port}`)
    .replace('logs.example.com', `http://127.0.0.1:${listen}`)
    .replace(/^\{$/m, '{\n\tadmin off');
  writeFileSync(join(directory, 'Caddyfile'), file);
  const caddy = await startProxy({
    program: 'caddy',
    args: ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    cwd: directory,
    port: listen,
    env: { HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
  });
  return {
    ...caddy,
    async stop() {
      await caddy.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
