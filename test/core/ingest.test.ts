import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import fc from 'fast-check';
import { type IngestOptions, type IngestResult, ingest } from '../../src/core/ingest/ingest';
import { PendingBytes } from '../../src/core/ingest/pending-bytes';
import { LogError } from '../../src/core/log/errors';
import { advance, START } from '../../src/core/log/offset';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { createLog, createLogOf, GatedStore, textOf } from './stores';

const OPTIONS: IngestOptions = { from: START, pendingBytesMax: 1 << 20, logBytesMax: 1 << 30 };

describe('ingest', () => {
  it('a body is stored to its end', async () => {
    const store = new MemoryStore();
    const writer = await createLog(store);
    const body = Readable.from([Buffer.from('one,'), Buffer.from('two')], { objectMode: false });
    expect(await ingest(store, writer, body, OPTIONS)).toEqual({ how: 'ended', tail: 7 });
    expect(await textOf(store, writer.log)).toBe('one,two');
  });

  it('a body is appended behind the stored bytes', async () => {
    const store = new MemoryStore();
    const writer = await createLogOf(store, 'abc');
    const body = Readable.from([Buffer.from('def')], { objectMode: false });
    const ingested = await ingest(store, writer, body, { ...OPTIONS, from: advance(START, 3) });
    expect(ingested).toEqual({ how: 'ended', tail: 6 });
    expect(await textOf(store, writer.log)).toBe('abcdef');
  });

  it('an empty body causes no append', async () => {
    const store = new GatedStore();
    const writer = await createLog(store);
    expect(await ingest(store, writer, Readable.from([]), OPTIONS)).toEqual({ how: 'ended', tail: 0 });
    expect(store.asked).toEqual([]);
  });

  it('a single byte is appended at once', async () => {
    const store = new GatedStore();
    const body = new PassThrough();
    const ingesting = ingest(store, await createLog(store), body, OPTIONS);
    body.write('x');
    await store.untilAsked(1);
    expect(store.asked).toMatchObject([{ at: 0, bytes: Buffer.from('x') }]);
    store.release('open');
    body.end();
    await ingesting;
  });

  it('the pieces that arrive during an append are stored by one next append', async () => {
    const store = new GatedStore();
    const writer = await createLog(store);
    const body = new PassThrough();
    const ingesting = ingest(store, writer, body, OPTIONS);
    body.write('first');
    await store.untilAsked(1);
    for (const piece of ['a', 'b', 'c']) body.write(piece);
    body.end();
    store.release('one');
    await store.untilAsked(2);
    store.release('open');
    expect(await ingesting).toEqual({ how: 'ended', tail: 8 });
    expect(store.asked.map(({ at, bytes }) => [at, bytes.toString()])).toEqual([
      [0, 'first'],
      [5, 'abc'],
    ]);
  });

  it('bytes that arrive in the turn after an append go into the next append', async () => {
    const store = new GatedStore();
    const writer = await createLog(store);
    const body = new PassThrough();
    const ingesting = ingest(store, writer, body, OPTIONS);
    body.write('first');
    await store.untilAsked(1);
    body.write('gathered');
    store.release('one');
    setImmediate(() => body.write(', arrived'));
    await store.untilAsked(2);
    store.release('open');
    body.end();
    await ingesting;
    expect(store.asked.map(({ bytes }) => bytes.toString())).toEqual(['first', 'gathered, arrived']);
  });

  it('the next append of a paused body starts without another turn', async () => {
    const store = new GatedStore();
    const body = new PassThrough();
    const ingesting = ingest(store, await createLog(store), body, {
      ...OPTIONS,
      pendingBytesMax: 400,
    });
    body.write('first');
    await store.untilAsked(1);
    const isHeldBack = once(body, 'pause');
    body.write('more than may wait'.repeat(20));
    await isHeldBack;
    let isNextTurn = false;
    setImmediate(() => {
      isNextTurn = true;
    });
    store.release('one');
    await store.untilAsked(2);
    expect(isNextTurn).toBe(false);
    store.release('open');
    body.end();
    await ingesting;
  });

  it('a paused body is read again while its last bytes are being stored', async () => {
    const store = new GatedStore();
    const body = new PassThrough();
    const ingesting = ingest(store, await createLog(store), body, { ...OPTIONS, pendingBytesMax: 400 });
    body.write('first');
    await store.untilAsked(1);
    const isHeldBack = once(body, 'pause');
    body.write('more than may wait'.repeat(20));
    await isHeldBack;
    const readOn = once(body, 'resume');
    store.release('one');
    await store.untilAsked(2);
    await readOn;
    body.end('third');
    await once(body, 'end');
    expect(store.asked).toHaveLength(2);
    store.release('open');
    await ingesting;
    expect(store.asked).toHaveLength(3);
  });

  it('bodies that exceed the shared bound together are paused, and resume when bytes are stored', async () => {
    const store = new GatedStore();
    const pending = new PendingBytes(1_000_000);
    const bodies = [new PassThrough(), new PassThrough()];
    const ingesting: Promise<IngestResult>[] = [];
    for (const body of bodies)
      ingesting.push(ingest(store, await createLog(store), body, { ...OPTIONS, pending }));
    for (const body of bodies) body.write('first');
    await store.untilAsked(2);
    for (const body of bodies) {
      const isHeldBack = once(body, 'pause');
      body.write(Buffer.alloc(600_000));
      await isHeldBack;
    }
    expect(pending.bytes).toBeGreaterThan(1_200_000);
    store.release('open');
    for (const body of bodies) body.end('last');
    expect((await Promise.all(ingesting)).map(({ tail }) => tail)).toEqual([600_009, 600_009]);
    expect(pending.bytes).toBe(0);
  });

  it('a failed ingest returns its share of the pending bytes', async () => {
    const store = new MemoryStore();
    const pending = new PendingBytes(1_000_000);
    const body = new PassThrough();
    const ingesting = ingest(store, await createLog(store), body, { ...OPTIONS, logBytesMax: 10, pending });
    body.write(Buffer.alloc(1_000));
    await expect(ingesting).rejects.toThrow(LogError);
    expect(pending.bytes).toBe(0);
  });

  it("appends never exceed the store's limit in flight, and a concurrent append is always full", async () => {
    class SmallStore extends MemoryStore {
      override readonly appendBytesMax = 10;
      under = 0;
      constructor(override readonly appendsInFlight: number) {
        super();
      }
      override async append(...args: Parameters<MemoryStore['append']>) {
        this.under += 1;
        expect(this.under).toBeLessThanOrEqual(this.appendsInFlight);
        if (this.under > 1) expect(Buffer.concat(args[2]).length).toBe(10);
        expect(Buffer.concat(args[2]).length).toBeLessThanOrEqual(10);
        await new Promise(setImmediate);
        this.under -= 1;
        return super.append(...args);
      }
    }
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 35 }), { maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.nat(2_000),
        fc.integer({ min: 1, max: 3 }),
        async (bodyPieces, pendingBytesMax, inFlight) => {
          const store = new SmallStore(inFlight);
          const writer = await createLog(store);
          const body = Readable.from(bodyPieces.map(Buffer.from), { objectMode: false });
          const { how, tail } = await ingest(store, writer, body, { ...OPTIONS, pendingBytesMax });
          const { chunks } = await store.read(writer.log, START, 1_000_000);
          expect(how).toBe('ended');
          expect(Buffer.concat(chunks)).toEqual(Buffer.concat(bodyPieces));
          expect(tail).toBe(Buffer.concat(bodyPieces).length);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('the error of the first failed append is thrown once no append is in flight', async () => {
    class FailingStore extends GatedStore {
      override readonly appendBytesMax = 4;
      override async append(...args: Parameters<MemoryStore['append']>) {
        const append = super.append(...args);
        if (args[1] === 0) return append;
        await append;
        throw new LogError('STORE_FULL', `at ${args[1]}`);
      }
    }
    const store = Object.assign(new FailingStore(), { appendsInFlight: 3 });
    const body = new PassThrough();
    let isOver = false;
    const ingesting = ingest(store, await createLog(store), body, OPTIONS).finally(() => {
      isOver = true;
    });
    body.write('one,two,six,ten,');
    await store.untilAsked(3);
    expect(isOver).toBe(false);
    store.release('open');
    await expect(ingesting).rejects.toThrow('at 4');
    expect(store.asked).toHaveLength(4);
  });

  describe('with a store slower than the producer', () => {
    const PIECE = 16 * 1024;
    const pendingBytesMax = 128 * 1024;

    it('the body is paused at the bound until the store has caught up', async () => {
      const store = new GatedStore();
      const writer = await createLog(store);
      let made = 0;
      const body = Readable.from(
        (function* () {
          for (; made < 200; made += 1) yield Buffer.alloc(PIECE, made);
        })(),
        { objectMode: false, highWaterMark: PIECE },
      );
      const paused = once(body, 'pause');
      const ingesting = ingest(store, writer, body, { ...OPTIONS, pendingBytesMax });
      await paused;
      await new Promise(setImmediate);
      const inFlight = store.asked.reduce((sum, { bytes }) => sum + bytes.length, 0);
      // The bound, the piece that crossed it, and what the body itself holds ready.
      expect(made * PIECE).toBeLessThanOrEqual(inFlight + pendingBytesMax + 4 * PIECE);
      const madeWhilePaused = made;
      for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
      expect(made).toBe(madeWhilePaused);

      store.release('open');
      expect(await ingesting).toEqual({ how: 'ended', tail: 200 * PIECE });
    });

    it('single bytes count by the memory that they cost', async () => {
      const store = new GatedStore();
      const body = new PassThrough();
      const paused = once(body, 'pause');
      const ingesting = ingest(store, await createLog(store), body, {
        ...OPTIONS,
        pendingBytesMax: 64 * 1024,
      });
      let written = 0;
      const onPause = paused.then(() => true);
      for (let isPaused = false; !isPaused; written += 1) {
        body.write('x');
        isPaused = await Promise.race([
          onPause,
          new Promise<false>((resolve) => setImmediate(resolve, false)),
        ]);
      }
      expect(written).toBeLessThan(2_000);
      store.release('open');
      body.end();
      expect(await ingesting).toEqual({ how: 'ended', tail: written });
    });
  });

  describe('a body that breaks off', () => {
    it('the bytes that arrived are committed', async () => {
      const store = new MemoryStore();
      const writer = await createLog(store);
      const body = new PassThrough();
      const ingesting = ingest(store, writer, body, OPTIONS);
      body.write('half');
      setImmediate(() => body.destroy(new Error('connection lost')));
      expect(await ingesting).toEqual({ how: 'cut', tail: 4 });
      expect(await textOf(store, writer.log)).toBe('half');
    });

    it('the bytes that arrived while the body was paused are committed', async () => {
      const store = new GatedStore();
      const writer = await createLog(store);
      const body = new PassThrough();
      const ingesting = ingest(store, writer, body, { ...OPTIONS, pendingBytesMax: 1 });
      body.write('first ');
      await store.untilAsked(1);
      body.write('second ');
      if (!body.isPaused()) await once(body, 'pause');
      body.write('last words');
      body.destroy();
      await closed(body);
      store.release('open');
      expect(await ingesting).toEqual({ how: 'cut', tail: 23 });
      expect(await textOf(store, writer.log)).toBe('first second last words');
    });

    it('a body that broke off before the ingest ends at once, with its bytes committed', async () => {
      const store = new MemoryStore();
      const writer = await createLog(store);
      const body = new PassThrough();
      body.write('early');
      body.destroy();
      expect(await ingest(store, writer, body, OPTIONS)).toEqual({ how: 'cut', tail: 5 });
      expect(await textOf(store, writer.log)).toBe('early');
    });
  });

  describe('the size limit', () => {
    it('a body is stored up to the limit, then the ingest throws and reads no more', async () => {
      const store = new MemoryStore();
      const writer = await createLogOf(store, 'abc');
      const body = new PassThrough();
      const ingesting = ingest(store, writer, body, { ...OPTIONS, from: advance(START, 3), logBytesMax: 10 });
      body.write('defghijklmnop');
      await expect(ingesting).rejects.toMatchObject({ code: 'LOG_TOO_LARGE' });
      expect(await textOf(store, writer.log)).toBe('abcdefghij');
      expect(body.isPaused()).toBe(true);
      expect(body.destroyed).toBe(false);
      expect(body.listenerCount('data')).toBe(0);
    });

    it('a body exactly as large as the limit is stored', async () => {
      const store = new MemoryStore();
      const writer = await createLog(store);
      const body = Readable.from([Buffer.alloc(6), Buffer.alloc(4)], { objectMode: false });
      expect(await ingest(store, writer, body, { ...OPTIONS, logBytesMax: 10 })).toEqual({
        how: 'ended',
        tail: 10,
      });
    });
  });

  it('an error of the store is thrown, and the body is read no further', async () => {
    const store = new MemoryStore();
    const failure = new LogError('STORE_UNAVAILABLE');
    store.append = async () => {
      throw failure;
    };
    const body = new PassThrough();
    const ingesting = ingest(store, await createLog(store), body, OPTIONS);
    body.write('x');
    await expect(ingesting).rejects.toBe(failure);
    expect(body.isPaused()).toBe(true);
    expect(body.listenerCount('data')).toBe(0);
    body.destroy(new Error('lost as well')); // Only the ingest listens for errors, and it must not stop.
    await closed(body);
  });

  it('the ingest throws when another producer takes over the log', async () => {
    const store = new MemoryStore();
    const writer = await createLog(store);
    const body = new PassThrough();
    const ingesting = ingest(store, writer, body, OPTIONS);
    await store.change(writer.log, { kind: 'attach', graceMs: 1 });
    body.write('x');
    await expect(ingesting).rejects.toMatchObject({ code: 'LOG_FENCED' });
  });
});

/** Unlike `once`, it does not mind an error before. */
function closed(body: Readable): Promise<void> {
  return new Promise((resolve) => body.once('close', resolve));
}
