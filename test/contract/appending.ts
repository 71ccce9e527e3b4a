import { randomBytes } from 'node:crypto';
import { START } from '../../src/core/log/offset';
import {
  at,
  bytes,
  createLog,
  createLogOf,
  expectCode,
  infoOf,
  nextMillisecond,
  readAll,
  seal,
  textOf,
} from './logs';
import type { Subject } from './store.contract';

export function describeAppending(subject: Subject): void {
  it('appended bytes follow the stored ones, and each append resolves with the tail', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    expect(await store.append(writer, START, bytes('one,'))).toBe(4);
    expect(await store.append(writer, at(4), [Buffer.from('two,'), Buffer.from('three')])).toBe(13);
    expect(await textOf(store, writer.log)).toBe('one,two,three');
    expect(await infoOf(store, writer.log.id)).toMatchObject({ tail: 13, state: 'open' });
  });

  it('an append sets the time of the last update', async () => {
    const writer = await createLog(subject.store);
    await nextMillisecond();
    await subject.store.append(writer, START, bytes('x'));
    const { createdAt, updatedAt } = await infoOf(subject.store, writer.log.id);
    expect(updatedAt).toBeGreaterThan(createdAt);
  });

  it('concurrent appends to two logs do not mix', async () => {
    const { store } = subject;
    const [a, b] = [await createLog(store), await createLog(store)];
    await Promise.all([store.append(a, START, bytes('for a')), store.append(b, START, bytes('for b'))]);
    expect(await textOf(store, a.log)).toBe('for a');
    expect(await textOf(store, b.log)).toBe('for b');
  });

  it('every byte value and every line end is stored unchanged', async () => {
    const everyByte = Buffer.from([...Array(256).keys(), ...Buffer.from('\r\n\n\0\r')]);
    const { log } = await createLogOf(subject.store, everyByte);
    expect((await readAll(subject.store, log)).bytes).toEqual(everyByte);
  });

  it('an append without bytes stores nothing', async () => {
    const { store } = subject;
    const writer = await createLogOf(store, 'abc');
    expect(await store.append(writer, at(3), [])).toBe(3);
    expect(await store.append(writer, at(3), [Buffer.alloc(0), Buffer.alloc(0)])).toBe(3);
    expect(await store.append(writer, at(3), [Buffer.alloc(0), Buffer.from('d'), Buffer.alloc(0)])).toBe(4);
    expect(await textOf(store, writer.log)).toBe('abcd');
  });

  it("an append of the store's maximum is stored, in one piece or in a thousand", async () => {
    const { store } = subject;
    const big = randomBytes(store.appendBytesMax);
    const writer = await createLog(store);
    expect(await store.append(writer, START, [big])).toBe(big.length);
    const pieces = Array.from({ length: 1_000 }, (_, i) => {
      const size = Math.ceil(big.length / 1_000);
      return big.subarray(i * size, (i + 1) * size);
    });
    expect(await store.append(writer, at(big.length), pieces)).toBe(2 * big.length);
    expect((await readAll(store, writer.log)).bytes.equals(Buffer.concat([big, big]))).toBe(true);
  });

  it('single bytes are stored, 500 in one append or in 100 appends', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    const single = Array.from({ length: 500 }, (_, i) => Buffer.from([i & 255]));
    await store.append(writer, START, single);
    for (const [i, byte] of single.slice(0, 100).entries()) await store.append(writer, at(500 + i), [byte]);
    const expected = Buffer.concat([...single, ...single.slice(0, 100)]);
    expect((await readAll(store, writer.log)).bytes).toEqual(expected);
  });

  describe('bytes that are already stored', () => {
    it('an append of stored bytes succeeds and changes nothing', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abcdef');
      const before = await infoOf(store, writer.log.id);
      expect(await store.append(writer, START, bytes('abcdef'))).toBe(6);
      expect(await store.append(writer, START, bytes('ab'))).toBe(6);
      expect(await store.append(writer, at(2), bytes('cd'))).toBe(6);
      expect(await store.append(writer, at(5), bytes('f'))).toBe(6);
      expect(await infoOf(store, writer.log.id)).toEqual(before);
      expect(await textOf(store, writer.log)).toBe('abcdef');
    });

    it('an append that overlaps adds only its new bytes, wherever its pieces are cut', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      expect(await store.append(writer, at(1), bytes('bcd'))).toBe(4);
      expect(await store.append(writer, START, [...bytes('ab'), ...bytes('cde'), ...bytes('f')])).toBe(6);
      expect(await store.append(writer, at(2), [...bytes('cdef'), ...bytes('gh')])).toBe(8);
      expect(await textOf(store, writer.log)).toBe('abcdefgh');
    });

    it('an append with other bytes never changes the acknowledged ones', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      expect(await store.append(writer, START, bytes('XYZde'))).toBe(5);
      expect(await textOf(store, writer.log)).toBe('abcde');
    });

    it('a repeated last append succeeds after the seal', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      await seal(store, writer);
      expect(await store.append(writer, START, bytes('abc'))).toBe(3);
      expect(await readAll(store, writer.log)).toEqual({
        bytes: Buffer.from('abc'),
        end: { kind: 'complete' },
      });
    });
  });

  describe('a refused append', () => {
    it('an append beyond the tail is refused, and leaves no trace', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      const before = await infoOf(store, writer.log.id);
      await expectCode(store.append(writer, at(4), bytes('x')), 'LOG_GAP');
      await expectCode(store.append(writer, at(1_000_000_000_000), bytes('x')), 'LOG_GAP');
      expect(await infoOf(store, writer.log.id)).toEqual(before);
      expect(await store.append(writer, at(3), bytes('d'))).toBe(4);
      expect(await textOf(store, writer.log)).toBe('abcd');
    });

    it('an append to a sealed log is refused, and leaves no trace', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      const sealed = await seal(store, writer);
      await expectCode(store.append(writer, at(3), bytes('x')), 'LOG_SEALED');
      await expectCode(store.append(writer, at(1), bytes('bcx')), 'LOG_SEALED');
      expect(await infoOf(store, writer.log.id)).toEqual(sealed);
      expect(await textOf(store, writer.log)).toBe('abc');
    });

    it('an append to a removed log is refused, even if its id has a new log', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      await store.change(writer.log, { kind: 'remove', outcome: { kind: 'deleted' } });
      await expectCode(store.append(writer, at(3), bytes('x')), 'LOG_GONE');
      expect(await store.info(writer.log.id)).toBeUndefined();
      await createLog(store, {}, writer.log.id);
      await expectCode(store.append(writer, START, bytes('x')), 'LOG_GONE');
    });
  });

  it('an append in flight is stored before the store closes', async () => {
    const writer = await createLog(subject.store);
    const append = subject.store.append(writer, START, [randomBytes(100_000)]);
    const [tail] = await Promise.all([append, subject.close()]);
    expect(tail).toBe(100_000);
  });
}
