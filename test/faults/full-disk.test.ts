import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Answer, Consumer, Producer, request } from '../support/http';
import { Checker } from './checker';
import { eventually } from './eventually';
import { followOverHttp } from './following';
import { complaints } from './health';
import { withStage } from './stage';

const LENGTH = 8_000_000;

const disk = mountSmallDisk();
const onSmallDisk = disk === undefined ? it.skip : it;
if (disk === undefined)
  process.emitWarning('Nothing is tested on a full disk: this process may not mount a tmpfs');

describe('a server on a full disk', () => {
  const stage = withStage();
  afterAll(() => {
    if (disk === undefined) return;
    execFileSync('umount', [disk]);
    rmdirSync(disk);
  });

  onSmallDisk(
    'a full disk gets 507, keeps acknowledged bytes, serves reads, and accepts more once there is space',
    async () => {
      const ballast = join(disk ?? '', 'ballast');
      writeFileSync(ballast, Buffer.alloc(6_000_000));
      const loom = await stage.loom(`file:${disk}/data`);
      const checker = new Checker();
      const history = checker.stream('filling');
      const url = `${loom.url}/stream/${history.id}`;
      const patch = (from: number, to: number, complete: boolean): Promise<Answer> =>
        request(url, {
          method: 'PATCH',
          headers: {
            'Content-Type': 'application/partial-upload',
            'Upload-Offset': String(from),
            'Upload-Complete': complete ? '?1' : '?0',
          },
          body: history.source.bytes(from, to),
        });
      const over = stage.add(new AbortController(), (it) => it.abort());

      await request(url, { method: 'POST', headers: { 'Upload-Complete': '?0' } });
      const read = followOverHttp(() => url, history.reader('a tail'), over.signal);
      read.catch(() => {
        // Awaited below, unless the test fails before.
      });
      history.written(LENGTH);
      let answer = await patch(0, 300_000, false);
      let at = 0;
      for (; answer.status === 204; answer = await patch(at, Math.min(LENGTH, at + 300_000), false)) {
        at = Number(answer.headers['upload-offset']);
        history.acknowledged(at);
      }
      expect(answer.status).toBe(507);
      expect(JSON.parse(answer.text).error).toMatch(/full|room|space/i);
      at = Number(answer.headers['upload-offset']);
      history.acknowledged(at);

      takeAllRoom(ballast);
      expect((await request(`${loom.url}/readyz`)).status).toBe(507);
      // There may be space for the facts of a stream, but not for its bytes: then the 201 is sent, and its response breaks off.
      const begun = request(`${loom.url}/stream/new`, { method: 'POST', body: 'x' });
      expect(
        await begun.then(
          ({ status }) => status,
          () => 'cut',
        ),
      ).not.toBe(201);
      const [listed] = JSON.parse((await request(`${loom.url}/stream?prefix=${history.id}`)).text).streams;
      expect(listed).toMatchObject({ id: history.id, bytes: at });
      const content = await request(`${url}?notail`);
      expect(content.body).toHaveLength(at);
      expect(history.source.differsAt(0, content.body)).toBeUndefined();

      rmSync(ballast);
      for (; at < LENGTH; at = Number(answer.headers['upload-offset'])) {
        const to = Math.min(LENGTH, at + 900_000);
        answer = await patch(at, to, to === LENGTH);
        expect(answer.status).toBe(204);
      }
      history.completed();
      await read;
      expect(await checker.violations(loom.url)).toEqual([]);
      await loom.restart();
      expect(await checker.violations(loom.url)).toEqual([]);
      expect(complaints(loom)).toEqual([]);
    },
  );

  onSmallDisk(
    'a plain upload is broken off, and its stream is interrupted with the stored bytes',
    async () => {
      const loom = await stage.loom(`file:${disk}/data`);
      await request(`${loom.url}/stream/filling`, { method: 'DELETE' });
      const checker = new Checker();
      const history = checker.stream('plain');
      const url = `${loom.url}/stream/${history.id}`;
      const producer = new Producer(url);
      await producer.head;
      const tail = await Consumer.open(url);
      history.written(20_000_000);
      for (const piece of history.source.pieces(0, 20_000_000, () => 100_000)) {
        if (producer.isCut) break;
        await producer.write(piece).catch(() => {
          // The disk is full.
        });
      }
      await expect(producer.answer).rejects.toThrow();
      // The producer is disconnected at once; the interruption is recorded meanwhile.
      const head = (): Promise<Answer> => request(url, { method: 'HEAD' });
      await eventually(
        'it is interrupted',
        async () => (await head()).headers['x-stream-state'] === 'interrupted',
      );
      const length = Number((await head()).headers['upload-offset']);
      expect(length).toBeGreaterThan(1_000_000);
      history.seen(length);
      expect(await checker.violations(loom.url)).toEqual([]);
      tail.close();
      expect(complaints(loom)).toEqual([]);
    },
  );
});

/** To the last byte: a write that was refused for its size left some space. */
function takeAllRoom(path: string): void {
  for (let piece = 1 << 20; piece >= 1; ) {
    try {
      writeFileSync(path, Buffer.alloc(piece), { flag: 'a' });
    } catch {
      // No space for another piece of this size.
      piece /= 2;
    }
  }
}

/** A file system of 16 MB. `undefined` where this process may not mount one. */
function mountSmallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'loom-full-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    // Only root may, and not in every container.
    rmdirSync(directory);
    return undefined;
  }
}
