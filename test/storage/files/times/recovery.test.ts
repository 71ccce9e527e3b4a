import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, mkdir, readFile, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { LogRef, Writer } from '../../../../src/core/log/log';
import { generateGeneration } from '../../../../src/core/log/log-id';
import type { LogStore } from '../../../../src/core/store/store';
import { recoverFilesStore } from '../../../../src/storage/files/recover-store';
import { at, attach, bytes, createLog, infoOf, seal, textOf, uniqueId } from '../../../contract/logs';
import { readTimes, TestClock } from '../../../contract/timed';
import { openFilesStore } from '../../../support/open-stores';
import { withDirectory } from '../temporary-directory';

const TEXTS = Array.from({ length: 300 }, (_, n) => `${n}\n`);
const ALL = TEXTS.join('');
const clock = new TestClock();
afterEach(() => clock.restore());

type Spoil = (path: string, directory: string, foreign: string) => unknown;

/** What may be in the place of a sidecar. */
const SPOILT: readonly (readonly [what: string, spoil: Spoil])[] = [
  ['missing', (path) => rm(path, { force: true })],
  ['empty', (path) => writeFile(path, '')],
  ['cut within a record', (path) => cutAt(path, 16 * 7 + 3)],
  ['garbage', (path) => writeFile(path, randomBytes(5_000))],
  ['zeros', (path) => writeFile(path, Buffer.alloc(1 << 20))],
  ['longer than 4 GiB', (path) => cutAt(path, 5 * 2 ** 30)],
  ['that of another stream', (path, _, foreign) => cp(foreign, path)],
  ['a directory', (path) => rm(path, { force: true }).then(() => mkdir(path))],
  ['a FIFO', (path) => rm(path, { force: true }).then(() => execFileSync('mkfifo', [path]))],
  ['a link to nothing', (path) => rm(path, { force: true }).then(() => symlink('/nowhere/at/all', path))],
  [
    'a link to the bytes',
    (path) => rm(path, { force: true }).then(() => symlink(path.replace(/\.\w+$/, '.log'), path)),
  ],
];

async function cutAt(path: string, size: number): Promise<void> {
  await writeFile(path, '', { flag: 'a' });
  await truncate(path, size);
}

describe('loom recover of a stream whose sidecars are spoilt', () => {
  it.each(SPOILT)('restores all of its bytes, and loses times at most, if they are %s', (_, spoil) =>
    withDirectory(async (directory) => {
      const [open, closed, other] = await filled(directory);
      const gone = { id: uniqueId(), generation: generateGeneration() };
      await mkdir(join(pathOf(directory, gone, 'times'), '..'), { recursive: true });
      for (const kind of ['times', 'lines']) {
        await writeFile(pathOf(directory, gone, kind), randomBytes(100));
        for (const log of [open, closed, gone])
          await spoil(pathOf(directory, log, kind), directory, pathOf(directory, other, 'times'));
      }
      await rm(join(directory, 'loom.mdb'));

      const lines: string[] = [];
      await recoverFilesStore(directory, (line) => lines.push(line));
      expect(lines.at(-1)).toBe('Brought back 3 streams');
      const told = lines.slice(0, -1).filter((line) => !line.includes(': brought back as '));
      for (const line of told)
        expect(line).toMatch(/^Removing what is left of a stream that was not made failed: /);

      const store = await openFilesStore(directory);
      try {
        await used(store, open, closed);
        expect(await readFile(pathOf(directory, open, 'log'), 'utf8')).toBe(`${ALL}more\n`);
        expect(await readFile(pathOf(directory, closed, 'log'), 'utf8')).toBe(ALL);
      } finally {
        await store.close();
      }
    }),
  );
});

/** An open log, a closed one, and another with times of its own, each with the same bytes. */
async function filled(directory: string): Promise<readonly [LogRef, LogRef, LogRef]> {
  const store = await openFilesStore(directory, { syncInterval: 10 });
  try {
    const writers = await Promise.all([createLog(store), createLog(store), createLog(store)]);
    const start = Date.now();
    for (const [i, writer] of writers.entries()) await append(store, writer, start + i * 3_600_000);
    const [open, closed, other] = writers;
    clock.restore();
    if (open === undefined || closed === undefined || other === undefined) throw new Error('no logs');
    await seal(store, closed);
    await store.saveLineIndex(closed.log, Buffer.from('lines'));
    return [open.log, closed.log, other.log];
  } finally {
    await store.close();
  }
}

async function append(store: LogStore, writer: Writer, start: number): Promise<void> {
  let tail = at(0);
  for (const [n, text] of TEXTS.entries()) {
    clock.set(start + n * 1_000);
    tail = await store.append(writer, tail, bytes(text));
  }
}

/** Everything that needs sidecars works. */
async function used(store: LogStore, open: LogRef, closed: LogRef): Promise<void> {
  for (const log of [open, closed]) {
    expect(await textOf(store, log)).toBe(ALL);
    const times = (await readTimes(store, log)).map((time) => time ?? 0);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(await store.offsetAt(log, 0)).toBe(0);
    expect(await store.offsetAt(log, Number.MAX_SAFE_INTEGER)).toBe(ALL.length);
    await store.loadLineIndex(log);
  }
  await store.saveLineIndex(closed, Buffer.from('again')).catch(() => {});
  const { tail } = await infoOf(store, open.id);
  await store.append(await attach(store, open), tail, bytes('more\n'));
  expect(await textOf(store, open)).toBe(`${ALL}more\n`);
}

function pathOf(directory: string, { generation }: LogRef, kind: string): string {
  return join(directory, 'logs', generation.slice(-2), `${generation}.${kind}`);
}
