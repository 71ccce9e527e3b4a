import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { request } from '../support/http';

const BIN = join(__dirname, '../../bin/loom');

describe('an unwritable server log', () => {
  it.each(['json', 'pretty'])(
    'a server whose log cannot be written serves and stops as usual (%s)',
    async (format) => {
      const port = await freePort();
      const full = openSync('/dev/full', 'w');
      const args = [BIN, '--port', String(port), '--store', 'memory:'];
      const env = { ...process.env, LOOM_LOG_FORMAT: format };
      const loom = spawn(process.execPath, args, { stdio: ['ignore', full, 'pipe'], env });
      const url = `http://127.0.0.1:${port}/healthz`;
      try {
        await answered(url, loom);
        for (let i = 0; i < 50; i += 1) expect((await request(url)).status).toBe(200);
      } finally {
        loom.kill('SIGTERM');
      }
      await once(loom, 'exit');
      expect(loom.exitCode).toBe(0);
    },
  );
});

async function answered(url: string, loom: { exitCode: number | null }): Promise<void> {
  for (;;) {
    if (loom.exitCode !== null) throw new Error('loom ended');
    const ok = await request(url).then(
      ({ status }) => status === 200,
      () => false,
    );
    if (ok) return;
    await new Promise(setImmediate);
  }
}
