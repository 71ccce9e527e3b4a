import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Producer, request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { PATIENCE_MS } from '../support/patience';
import { runLoom, startLoom } from './run-loom';

/** How many streams are complete before the backup. */
const CLOSED = 40;
const LINE = 'a line of a producer that goes on\n';

describe('loom backup and loom restore', () => {
  let directory: string;
  let loom: LoomProcess;
  const path = (name: string): string => join(directory, name);
  const store = (): string => `file:${path('data')}`;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loom-backup-'));
    loom = await LoomProcess.start({ store: store() });
    for (let n = 0; n < CLOSED; n += 1) await produce(`closed-${n}`, contentOf(n), { n });
  });
  afterAll(async () => {
    await loom.stop();
    await rm(directory, { recursive: true, force: true });
  });

  async function produce(id: string, body: string, metadata: object): Promise<void> {
    const headers = { 'X-Stream-Metadata': JSON.stringify(metadata) };
    const { status } = await request(`${loom.url}/stream/${id}`, { method: 'POST', headers, body });
    expect(status).toBe(201);
  }

  it('a backup of a server at work has what was acknowledged before it, and restores to a store', async () => {
    const producer = new Producer(`${loom.url}/stream/live`);
    await producer.head;
    const work = keepWorking(loom.url, producer);
    await work.rounds(3);
    const before = Number(
      (await request(`${loom.url}/stream/live`, { method: 'HEAD' })).headers['upload-offset'],
    );
    const backup = await runLoom(['backup', path('backup'), '--store', store()]);
    expect(backup).toEqual({
      code: 0,
      text: expect.stringMatching(/^Backed up \d+ streams with \d+ bytes to/),
    });
    await work.stop();
    await producer.end();
    await promisify(execFile)('sha256sum', ['--check', '--strict', '--quiet', 'SHA256SUMS'], {
      cwd: path('backup'),
    });

    const restored = await runLoom(['restore', path('backup'), '--store', `file:${path('restored')}`]);
    expect(restored).toEqual({ code: 0, text: expect.stringContaining('Restored') });
    const second = await LoomProcess.start({ store: `file:${path('restored')}` });
    try {
      for (let n = 0; n < CLOSED; n += 1) {
        const { text, headers } = await request(`${second.url}/stream/closed-${n}`);
        expect(text).toBe(contentOf(n));
        expect(headers['x-stream-state']).toBe('closed; outcome=complete');
        expect(headers['x-stream-metadata']).toBe(JSON.stringify({ n }));
      }
      const live = await request(`${second.url}/stream/live?notail`);
      expect(live.headers['x-stream-state']).toBe('interrupted');
      const whole = await request(`${loom.url}/stream/live`);
      expect(live.body.length).toBeGreaterThanOrEqual(before);
      expect(whole.text.startsWith(live.text)).toBe(true);
      await assertListedCanBeRead(second.url);
      expect(second.stdout + second.stderr).not.toMatch(/were moved to|damaged|lost the bytes/);
    } finally {
      await second.stop();
    }
    // The backup is a store by itself, and the journal of it brings its streams back.
    expect((await runLoom(['recover', '--store', `file:${path('backup')}`])).code).toBe(0);
  });

  it('neither fills a directory that has other files', async () => {
    await mkdir(path('full'));
    await writeFile(path('full/mine'), 'kept');
    for (const args of [
      ['backup', path('full'), '--store', store()],
      ['restore', path('small'), '--store', `file:${path('full')}`],
    ]) {
      if (args[0] === 'restore') await runLoom(['backup', path('small'), '--store', store()]);
      const { code, text } = await runLoom(args);
      expect(code).toBe(1);
      expect(text).toContain(`The directory ${path('full')} is not empty (mine). Nothing was changed`);
      expect(await readdir(path('full'))).toEqual(['mine']);
    }
    const used = await runLoom(['restore', path('small'), '--store', store()]);
    expect([used.code, used.text]).toEqual([1, expect.stringContaining('is not empty')]);
  });

  it('a backup that was killed is not taken for a whole one, and the next one replaces it', async () => {
    await request(`${loom.url}/stream/large`, { method: 'PUT', body: Buffer.alloc(64 << 20, 'x') });
    const killed = await killInTheMiddle();
    const restored = await runLoom(['restore', killed, '--store', `file:${path('never')}`]);
    expect(restored.code).toBe(1);
    expect(restored.text).toContain('is not a finished backup: it has no SHA256SUMS');
    expect(existsSync(path('never'))).toBe(false);
    expect((await runLoom(['backup', killed, '--store', store()])).code).toBe(0);
    expect((await readdir(killed)).sort()).toEqual(['SHA256SUMS', 'logs', 'loom.mdb']);
  });

  /** On a busy machine a backup may be done before it is killed: then another one is begun. */
  async function killInTheMiddle(): Promise<string> {
    for (let number = 1; ; number += 1) {
      const target = path(`killed-${number}`);
      const { child, finished } = startLoom(['backup', target, '--store', store()]);
      const begun = join(target, 'unfinished-backup', 'logs');
      await until(
        () => existsSync(begun) || existsSync(join(target, 'SHA256SUMS')) || child.exitCode !== null,
      );
      child.kill('SIGKILL');
      await finished;
      if (existsSync(begun)) return target;
    }
  }

  it('a byte that changed in a backup is found, and nothing is restored', async () => {
    await runLoom(['backup', path('rotten'), '--store', store()]);
    const [file = ''] = (await readdir(path('rotten'), { recursive: true })).filter((name) =>
      name.endsWith('.log'),
    );
    const handle = await open(path(join('rotten', file)), 'r+');
    await handle.write('X', 0);
    await handle.close();
    const { code, text } = await runLoom(['restore', path('rotten'), '--store', `file:${path('target')}`]);
    expect(code).toBe(1);
    expect(text).toContain(`${path(join('rotten', file))} is not what was backed up: its checksum differs`);
    expect(await readdir(path('target'))).toEqual([]);
  });

  it('a line of SHA256SUMS that leads out of the backup is refused', async () => {
    await mkdir(path('evil'));
    await writeFile(path('evil/SHA256SUMS'), `${'0'.repeat(64)}  ../data/loom.mdb\n`);
    const { code, text } = await runLoom(['restore', path('evil'), '--store', `file:${path('target')}`]);
    expect([code, text]).toEqual([1, expect.stringContaining('has a line that Loom did not write')]);
  });

  it('with a store in Redis, both say that the files of Redis are to be copied', async () => {
    for (const command of ['backup', 'restore']) {
      const { code, text } = await runLoom([command, path('x'), '--store', 'redis://localhost:1']);
      expect(code).toBe(1);
      expect(text).toContain('only a store of files (file:<directory>) can be');
      expect(text).toContain('copy the files of Redis');
    }
    expect(existsSync(path('x'))).toBe(false);
  });

  it('a command line without the directory is refused', async () => {
    const { code, text } = await runLoom(['backup', '--store', store()]);
    expect(code).toBe(2);
    expect(text).toContain('The directory of the backup is missing: loom backup DIRECTORY');
  });

  it('the files of a backup are for their owner only', async () => {
    expect(await readFile(path('small/SHA256SUMS'), 'utf8')).toMatch(/^[\da-f]{64} {2}\S+\n/);
    const { stdout } = await promisify(execFile)('find', [path('small'), '-perm', '/077']);
    expect(stdout).toBe('');
  });
});

function contentOf(n: number): string {
  return `line of ${n}\n`.repeat(1 + n * 50);
}

/** Appends to a stream, and makes, ends and removes others, until it is stopped. */
function keepWorking(url: string, producer: Producer) {
  let [isStopped, round] = [false, 0];
  const done = (async () => {
    for (; !isStopped; round += 1) {
      await producer.write(LINE.repeat(100));
      await request(`${url}/stream/short-${round}`, { method: 'POST', body: LINE });
      if (round > 0) await request(`${url}/stream/short-${round - 1}`, { method: 'DELETE' });
    }
  })();
  return {
    async rounds(count: number): Promise<void> {
      const from = round;
      await until(() => round >= from + count);
    },
    stop(): Promise<void> {
      isStopped = true;
      return done;
    },
  };
}

async function assertListedCanBeRead(url: string): Promise<void> {
  const list = await request(`${url}/stream?limit=1000`);
  const { streams }: { streams: { id: string; bytes: number }[] } = JSON.parse(list.text);
  expect(streams.length).toBeGreaterThan(CLOSED);
  for (const { id, bytes } of streams) {
    const { status, body } = await request(`${url}/stream/${id}?notail`);
    expect([id, status, body.length]).toEqual([id, 200, bytes]);
  }
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error('it did not come to that');
    await delay(2);
  }
}
