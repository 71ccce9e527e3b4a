import { lastLines } from '../../../src/core/lines/last-lines';
import { LogLines } from '../../../src/core/lines/log-lines';
import { isLogError } from '../../../src/core/log/errors';
import type { LogInfo, LogRef } from '../../../src/core/log/log';
import type { Offset } from '../../../src/core/log/offset';
import type { Page } from '../../../src/core/store/store';
import { CutStore } from './cut-store';
import { appendTo, at, infoOf, logOf, NEVER, seal } from './line-logs';

const KIB = 1024;
const MIB = 1024 * KIB;
const LINE = `${'x'.repeat(126)}\n`;

function linesOf(store: CutStore): LogLines {
  return new LogLines(store, { cacheBytes: 32 * MIB });
}

/** Holds each read until it is let through. */
class HeldStore extends CutStore {
  #waiting: (() => void)[] = [];
  #isOpen = false;

  override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    if (!this.#isOpen) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    return super.read(log, from, bytesMax);
  }

  open(): void {
    this.#isOpen = true;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

async function bigLog<Store extends CutStore>(store: Store, bytes = 4 * MIB): Promise<LogInfo> {
  const writer = await logOf(store, LINE.repeat(Math.floor(bytes / LINE.length)));
  await seal(store, writer);
  return infoOf(store, writer);
}

describe('a count of lines', () => {
  it('is made once for all requests that wait for it, and not again', async () => {
    const store = new CutStore();
    const info = await bigLog(store);
    const lines = linesOf(store);
    const counts = await Promise.all([1, 2, 3, 4].map(() => lines.count(info, NEVER)));
    expect(new Set(counts.map((count) => count.lines))).toEqual(new Set([33_026]));
    expect(store.readBytes).toBe(info.tail);
    await lines.count(info, NEVER);
    expect(store.readBytes).toBe(info.tail);
  });

  it('goes on from where it was when the log has grown', async () => {
    const store = new CutStore();
    const writer = await logOf(store, LINE.repeat(9_000));
    const lines = linesOf(store);
    await lines.count(await infoOf(store, writer), NEVER);
    const before = store.readBytes;
    await appendTo(store, writer, 'a\nb');
    expect(await lines.count(await infoOf(store, writer), NEVER)).toMatchObject({ lines: 9_002 });
    expect(store.readBytes - before).toBe(3);
  });

  it('stops when the last of its requests has left, and fails for none of those that stay', async () => {
    const store = new HeldStore();
    const info = await bigLog(store);
    const lines = linesOf(store);
    const [leaving, staying] = [new AbortController(), new AbortController()];
    const left = lines.count(info, leaving.signal);
    const stayed = lines.count(info, staying.signal);
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    staying.abort(new Error('left too'));
    await expect(stayed).rejects.toThrow('left too');
    store.open();
    expect(await lines.count(info, NEVER)).toMatchObject({ lines: 33_026 });
    expect(store.readBytes).toBeLessThan(1.5 * info.tail);
  });

  it('fails when the log is replaced meanwhile, and that of the new one is its own', async () => {
    const store = new HeldStore();
    const info = await bigLog(store);
    const lines = linesOf(store);
    const count = lines.count(info, NEVER).catch((error: unknown) => error);
    const { info: next } = await store.create(
      info.id,
      { contentType: 'text/plain', graceMs: 1_000 },
      'replace',
    );
    store.open();
    expect(isLogError(await count, 'LOG_GONE')).toBe(true);
    await store.append({ log: next, epoch: next.epoch }, at(0), [Buffer.from('new\n')]);
    const present = await infoOf(store, { log: next, epoch: next.epoch });
    expect(await lines.count(present, NEVER)).toMatchObject({ lines: 1 });
  });

  it('is made again when the log has lost bytes, which others may have replaced', async () => {
    const store = new CutStore();
    const writer = await logOf(store, 'a\nb\nc\n');
    const lines = linesOf(store);
    expect(await lines.count(await infoOf(store, writer), NEVER)).toMatchObject({ lines: 3 });
    store.lose(writer.log, at(2));
    await appendTo(store, writer, 'xxxx');
    expect(await lines.count(await infoOf(store, writer), NEVER)).toMatchObject({ lines: 2 });
  });

  it('fails when the log turns out to be shorter than its tail was', async () => {
    const store = new HeldStore();
    const writer = await logOf(store, 'a\nb\nc\n');
    const lines = linesOf(store);
    const count = lines.count(await infoOf(store, writer), NEVER).catch((error: unknown) => error);
    store.lose(writer.log, at(2));
    store.open();
    expect(isLogError(await count, 'BYTES_LOST')).toBe(true);
  });
});

describe('the index of a closed log', () => {
  it('is kept by the store, so that no other process counts', async () => {
    const store = new CutStore();
    const info = await bigLog(store);
    const count = await linesOf(store).count(info, NEVER);
    const marks = await linesOf(store).marks(info, 1_000, 1, NEVER);
    const { readBytes } = store;
    const other = linesOf(store);
    expect(await other.knownCount(info, NEVER)).toEqual(count);
    expect(await other.marks(info, 1_000, 1, NEVER)).toEqual(marks);
    expect(marks.at(-1)).toEqual({ line: 33_001, offset: 33_000 * LINE.length, at: expect.any(Number) });
    expect(store.readBytes).toBe(readBytes);
  });

  it.each([
    ['cut', (saved: Buffer) => saved.subarray(0, saved.length - 1)],
    ['empty', () => Buffer.alloc(0)],
    ['damaged', (saved: Buffer) => Buffer.from(saved.map((byte, i) => (i === 40 ? byte ^ 1 : byte)))],
    [
      'of another version',
      (saved: Buffer) => Buffer.from(saved.map((byte, i) => (i === 0 ? byte + 1 : byte))),
    ],
    [
      'that of another log of as many bytes',
      async (_saved: Buffer, store: CutStore) => {
        const other = await logOf(store, 'y\n'.repeat(33_026 * 63) + 'y'.repeat(33_026));
        await seal(store, other);
        const info = await infoOf(store, other);
        await linesOf(store).count(info, NEVER);
        return (await store.loadLineIndex(info)) ?? Buffer.alloc(0);
      },
    ],
  ])('is counted again and stored again if it is %s', async (_, spoil) => {
    const store = new CutStore();
    const info = await bigLog(store);
    const count = await linesOf(store).count(info, NEVER);
    const saved = await store.loadLineIndex(info);
    await store.saveLineIndex(info, await spoil(saved ?? Buffer.alloc(0), store));
    expect(await linesOf(store).count(info, NEVER)).toEqual(count);
    expect(await store.loadLineIndex(info)).toEqual(saved);
  });
});

describe('a lookup', () => {
  it('of any line reads 64 KiB at most once the log is counted', async () => {
    const store = new CutStore();
    const info = await bigLog(store);
    const lines = linesOf(store);
    await lines.count(info, NEVER);
    for (const line of [2, 999, 1_000, 1_001, 5_555, 33_026]) {
      const before = store.readBytes;
      expect(await lines.offsetOfLine(info, line, NEVER)).toBe((line - 1) * LINE.length);
      expect(store.readBytes - before).toBeLessThanOrEqual(64 * KIB);
    }
  });

  it('of the last 200 lines reads no more than 64 KiB of them', async () => {
    const store = new CutStore();
    const info = await bigLog(store);
    expect(await lastLines(store, info, 200, NEVER)).toBe(info.tail - 200 * LINE.length);
    expect(store.readBytes).toBeLessThanOrEqual(64 * KIB);
  });

  it('in one line of 30 MB, or in as many newlines, has a small index', async () => {
    const store = new CutStore();
    const line = await logOf(store, Buffer.alloc(30 * MIB, 'x'));
    const newlines = await logOf(store, Buffer.alloc(8 * MIB, '\n'));
    const lines = linesOf(store);
    const info = await infoOf(store, line);
    expect(await lines.count(info, NEVER)).toMatchObject({ lines: 1, endsInNewline: false });
    expect(await lines.lineAt(info, at(20 * MIB), NEVER)).toBe(1);
    expect(await lines.offsetOfLine(info, 2, NEVER)).toBeUndefined();
    await seal(store, line);
    await lines.count(await infoOf(store, line), NEVER);
    expect((await store.loadLineIndex(line.log))?.length).toBeLessThan(4 * KIB);
    expect(await lines.offsetOfLine(await infoOf(store, newlines), 7_654_321, NEVER)).toBe(7_654_320);
    await seal(store, newlines);
    await lines.count(await infoOf(store, newlines), NEVER);
    expect((await store.loadLineIndex(newlines.log))?.length).toBeLessThan(64 * KIB);
  });
});
