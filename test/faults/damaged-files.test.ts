import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, symlinkSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { LoomClient } from '../../src/client/loom-client';
import { Consumer, request } from '../support/http';
import type { LoomProcess } from '../support/loom-process';
import { Stage, withStage } from './stage';
import { StreamProcess } from './stream-process';

const LENGTH = 1_500_000;
const LINE = 'a line of a build\n';

/** How a file is damaged, and from which byte on it is lost. */
const DAMAGES: Readonly<Record<string, [damage: (file: string) => void, from: number]>> = {
  'a file that is missing': [(file) => rmSync(file), 0],
  'a file that is too short': [(file) => truncateSync(file, 900_000), 900_000],
  'a file that is empty': [(file) => truncateSync(file, 0), 0],
  'a file that is a directory': [(file) => [rmSync(file), mkdirSync(file)], 0],
  'a file that is a named pipe': [(file) => [rmSync(file), spawnSync('mkfifo', [file])], 0],
  'a file that cannot be opened': [(file) => [rmSync(file), symlinkSync(file, file)], 0],
};

describe('a closed stream with a damaged file', () => {
  const stage = withStage();

  /** @returns a server that was started after the file of the stream x was damaged */
  async function damaged(damage: (file: string) => void, on = stage): Promise<LoomProcess> {
    const directory = await on.directory();
    const loom = await on.loom(`file:${directory}`);
    await post(loom, 'x');
    await loom.kill('SIGTERM');
    damage(onlyFile(directory));
    await loom.restart();
    await post(loom, 'whole');
    return loom;
  }

  describe.each(Object.entries(DAMAGES))('%s', (_, [damage, from]) => {
    const shared = new Stage();
    let loom: LoomProcess;
    beforeAll(async () => {
      loom = await damaged(damage, shared);
    });
    afterAll(() => shared.clear());

    it('every read of the lost bytes gets 500 with their range', async () => {
      const ways: [path: string, headers?: Record<string, string>][] = [
        ['/stream/x'],
        ['/stream/x?notail'],
        ['/stream/x?offset=1000000'],
        ['/stream/x?tail=1'],
        ['/stream/x?line=80000'],
        ['/stream/x?since=1h'],
        ['/stream/x', { 'Accept-Encoding': 'gzip' }],
        ['/stream/x', { Range: 'bytes=899999-' }],
        ['/stream/x', { Accept: 'text/event-stream' }],
        ['/v1/stream/x'],
        ['/v1/stream/x?offset=-1&live=sse'],
        ['/v1/stream/x?offset=-1&live=long-poll'],
      ];
      for (const [path, headers = {}] of ways) {
        const answer = await request(loom.url + path, { headers });
        expect([path, answer.status, answer.headers['x-stream-lost']]).toEqual([
          path,
          500,
          `${from}-${LENGTH}`,
        ]);
        const { error, code } = JSON.parse(answer.text);
        expect([error, code]).toEqual([
          expect.stringContaining(`bytes ${from} to ${LENGTH}`),
          'stream_damaged',
        ]);
        expect(error).not.toContain('/');
      }
      for (const path of ['/stream/x', '/v1/stream/x']) {
        const head = await request(loom.url + path, { method: 'HEAD' });
        expect([head.status, head.headers['x-stream-lost']]).toEqual([500, `${from}-${LENGTH}`]);
      }
      const fork = await request(`${loom.url}/v1/stream/fork`, {
        method: 'PUT',
        headers: { 'Stream-Forked-From': '/v1/stream/x' },
      });
      expect([fork.status, JSON.parse(fork.text).code]).toEqual([500, 'stream_damaged']);
      await loom.logged('"level":"error"');
      const said = loom.stdout.split('\n').filter((line) => line.includes('"level":"error"'));
      expect(said).toHaveLength(1);
      expect(JSON.parse(said[0] ?? '')).toMatchObject({ id: 'x', from, to: LENGTH });
    });

    it('a follower fails, and the list, other streams and a DELETE work', async () => {
      const follower = stage.add(new StreamProcess(['follow', loom.url, 'x']), (it) => it.kill());
      follower.stdout.resume();
      expect(await follower.exited).toBe(1);
      expect(follower.stderr).toContain(`bytes ${from} to ${LENGTH}`);
      await expect(new LoomClient({ url: loom.url }).head('x')).rejects.toMatchObject({
        code: 'BYTES_LOST',
        message: expect.stringContaining(`${from}-${LENGTH}`),
      });
      const { streams } = JSON.parse((await request(`${loom.url}/stream`)).text);
      expect(streams.map(({ id }: { id: string }) => id)).toEqual(['whole', 'x']);
      expect((await request(`${loom.url}/stream/whole`)).body).toHaveLength(LENGTH);
      expect((await request(`${loom.url}/stream/x`, { method: 'DELETE' })).status).toBe(204);
      expect((await request(`${loom.url}/stream/x`)).status).toBe(404);
      await post(loom, 'x');
      expect((await request(`${loom.url}/stream/x`)).body).toHaveLength(LENGTH);
    });
  });

  it('a range and a fork get the bytes before the damage', async () => {
    const loom = await damaged((file) => truncateSync(file, 900_000));
    const range = await request(`${loom.url}/stream/x`, { headers: { Range: 'bytes=17-899999' } });
    expect([range.status, range.body.length]).toEqual([206, 899_983]);
    const part = await request(`${loom.url}/stream/x?offset=18&length=36`);
    expect([part.status, part.text]).toEqual([200, LINE.repeat(2)]);
    const fork = await request(`${loom.url}/v1/stream/fork`, {
      method: 'PUT',
      headers: {
        'Stream-Forked-From': '/v1/stream/x',
        'Stream-Fork-Offset': '0000000000000000_0000000000900000',
      },
    });
    expect(fork.status).toBe(201);
    expect((await request(`${loom.url}/stream/fork?notail`)).body).toHaveLength(900_000);
  });

  it('a file that is cut while it is read breaks the answer off, and events end with the reason', async () => {
    const directory = await stage.directory();
    const loom = await stage.loom(`file:${directory}`);
    const length = 16_000_000;
    await post(loom, 'x', length);
    // Each is paused before the next request: it could have come whole by then.
    const paused = async (headers = {}): Promise<Consumer> => {
      const consumer = await Consumer.open(`${loom.url}/stream/x`, headers);
      consumer.res.pause();
      return consumer;
    };
    const [plain, events] = [await paused(), await paused({ Accept: 'text/event-stream' })];
    truncateSync(onlyFile(directory), 15_000_000);
    for (const { res } of [plain, events]) res.resume();
    await new Promise((resolve) => plain.res.once('close', resolve));
    expect(plain.res.complete).toBe(false);
    expect(await events.end()).toMatchObject({ complete: true });
    expect(events.text).toMatch(
      /event: end\nid: 15000000-[0-9a-f-]{36}\ndata: damaged; lost=15000000-16000000\n\n$/,
    );
    const again = { Accept: 'text/event-stream', 'Last-Event-ID': '15000000' };
    expect((await request(`${loom.url}/stream/x`, { headers: again })).status).toBe(500);
  });
});

async function post(loom: LoomProcess, id: string, length = LENGTH): Promise<void> {
  const body = LINE.repeat(Math.ceil(length / LINE.length)).slice(0, length);
  expect((await request(`${loom.url}/stream/${id}`, { method: 'POST', body })).status).toBe(201);
}

function onlyFile(directory: string): string {
  const logs = join(directory, 'logs');
  const [file, ...others] = readdirSync(logs, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.log'),
  );
  if (file === undefined || others.length > 0) throw new Error('there is one log');
  return join(logs, file);
}
