import { randomBytes } from 'node:crypto';
import { generateGeneration } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import { at, createLog, createLogOf, expectCode, readAll, seal, uniqueId } from './logs';
import type { Subject } from './store.contract';

export function describeReading(subject: Subject): void {
  it('an empty log returns an empty page', async () => {
    const { log } = await createLog(subject.store);
    const page = await subject.store.read(log, START, 100);
    expect(page).toMatchObject({ chunks: [], next: 0 });
    expect('end' in page).toBe(false);
  });

  it('a page of an open log has no end', async () => {
    const { log } = await createLogOf(subject.store, 'abc');
    const page = await subject.store.read(log, START, 100);
    expect(Buffer.concat(page.chunks).toString()).toBe('abc');
    expect(page.next).toBe(3);
    expect('end' in page).toBe(false);
    expect(await subject.store.read(log, at(3), 100)).toMatchObject({ chunks: [], next: 3 });
  });

  it('a read may begin at any byte, wherever the appends were cut', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    const pieces = ['a', 'bc', '', 'defghij', 'k', 'lmno'].map((piece) => Buffer.from(piece));
    const whole = Buffer.concat(pieces);
    let tail = START;
    for (const piece of pieces) tail = await store.append(writer, tail, [piece]);
    for (let from = 0; from <= whole.length; from += 1) {
      for (const bytesMax of [1, 2, 3, 7, 100]) {
        expect((await readAll(store, writer.log, at(from), bytesMax)).bytes).toEqual(whole.subarray(from));
      }
    }
  });

  it('a page has no empty chunk, and hardly more bytes than requested', async () => {
    const { store } = subject;
    const { log } = await createLogOf(store, Buffer.alloc(100_000, 'x'));
    for (const bytesMax of [1, 10, 1_000, 31_999, 32_001, 100_000]) {
      const { chunks } = await store.read(log, at(1), bytesMax);
      const length = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      expect(chunks.every((chunk) => chunk.length > 0)).toBe(true);
      expect(length).toBeGreaterThan(0);
      expect(length).toBeLessThanOrEqual(bytesMax + 32_768);
    }
  });

  it('a read beyond the tail throws a RangeError', async () => {
    const { store } = subject;
    const writer = await createLogOf(store, 'abc');
    await expect(store.read(writer.log, at(4), 100)).rejects.toBeInstanceOf(RangeError);
    await expect(store.read(writer.log, at(2 ** 40), 1)).rejects.toBeInstanceOf(RangeError);
    await seal(store, writer);
    await expect(store.read(writer.log, at(4), 100)).rejects.toBeInstanceOf(RangeError);
  });

  it('a sealed log returns the end on its last page only', async () => {
    const { store } = subject;
    const writer = await createLogOf(store, 'abcdef');
    await seal(store, writer);
    for (let from = START; ; ) {
      const page = await store.read(writer.log, from, 1);
      if (page.next < 6) expect('end' in page).toBe(false);
      else expect(page.end).toEqual({ kind: 'complete' });
      if (page.next === 6) break;
      from = page.next;
    }
    const whole = await store.read(writer.log, START, 100);
    expect(whole.end).toEqual({ kind: 'complete' });
    expect(await store.read(writer.log, at(6), 100)).toMatchObject({
      chunks: [],
      next: 6,
      end: { kind: 'complete' },
    });
  });

  it('a log that was sealed empty returns the end at once', async () => {
    const writer = await createLog(subject.store);
    await seal(subject.store, writer);
    expect(await subject.store.read(writer.log, START, 100)).toMatchObject({
      chunks: [],
      next: 0,
      end: { kind: 'complete' },
    });
  });

  it('a read of an unknown generation is refused', async () => {
    const { log } = await createLogOf(subject.store, 'abc');
    const stranger = { id: log.id, generation: generateGeneration() };
    await expectCode(subject.store.read(stranger, START, 10), 'LOG_GONE');
    await expectCode(subject.store.read({ ...stranger, id: uniqueId() }, START, 10), 'LOG_GONE');
  });

  it('a page keeps its bytes until it is released, while others are read and released', async () => {
    const { store } = subject;
    const content = randomBytes(400_000);
    const { log } = await createLogOf(store, content);
    const kept = await store.read(log, at(5), 100_000);
    await Promise.all(Array.from({ length: 8 }, (_, i) => readAll(store, log, at(i), 100_000)));
    const later = await store.read(log, at(7), 100_000);
    expect(Buffer.concat(later.chunks).equals(content.subarray(7, later.next))).toBe(true);
    expect(Buffer.concat(kept.chunks).equals(content.subarray(5, kept.next))).toBe(true);
  });

  it('twenty concurrent reads of one log return the right bytes', async () => {
    const { store } = subject;
    const content = Buffer.from(Array.from({ length: 20_000 }, (_, i) => i & 255));
    const { log } = await createLogOf(store, content);
    const read = await Promise.all(
      Array.from({ length: 20 }, (_, i) => readAll(store, log, at(i * 900), 1_000 + i)),
    );
    for (const [i, { bytes }] of read.entries()) expect(bytes.equals(content.subarray(i * 900))).toBe(true);
  });
}
