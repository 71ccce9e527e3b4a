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
  it('stores a body to its end', async () => {
    const store = new MemoryStore();
    const writer = await createLog(store);
    const body = Readable.from([Buffer.from('one,'), Buffer.from('two')], { objectMode: false });
    expect(await ingest(store, writer, body, OPTIONS)).toEqual({ how: 'ended', tail: 7 });
    expect(await textOf(store, writer.log)).toBe('one,two');
  });

  it('goes on behind what is there', async () => {
    const store = new MemoryStore();
    const writer = await createLogOf(store, 'abc');
    const body = Readable.from([Buffer.from('def')], { objectMode: false });
    const ingested = await ingest(store, writer, body, { ...OPTIONS, from: advance(START, 3) });
    expect(ingested).toEqual({ how: 'ended', tail: 6 });
    expect(await textOf(store, writer.log)).toBe('abcdef');
  });

  it('appends nothing for an empty body', async () => {
    const store = new GatedStore();
    const writer = await createLog(store);
    expect(await ingest(store, writer, Readable.from([]), OPTIONS)).toEqual({ how: 'ended', tail: 0 });
    expect(store.asked).toEqual([]);
  });

  it('appends a lone byte at once', async () => {
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

  it('gathers what comes during an append for the next one', async () => {
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

  it('lets what arrives while followers are told go with what was gathered before', async () => {
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

  it('waits for nothing more from a body that it holds back', async () => {
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

  it('reads a body that it held back while what that had brought is being stored', async () => {
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

  it('holds back bodies that together hold more than all may, and goes on when there is room', async () => {
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

  it('gives back what it held when it fails', async () => {
    const store = new MemoryStore();
    const pending = new PendingBytes(1_000_000);
    const body = new PassThrough();
    const ingesting = ingest(store, await createLog(store), body, { ...OPTIONS, logBytesMax: 10, pending });
    body.write(Buffer.alloc(1_000));
    await expect(ingesting).rejects.toThrow(LogError);
    expect(pending.bytes).toBe(0);
  });

  it('never has more appends under way than the store takes, and beside another only full ones', async () => {
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

  it('throws what the first append threw that failed, once none is under way', async () => {
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

  describe('with a store that is slower than the producer', () => {
    const PIECE = 16 * 1024;
    const pendingBytesMax = 128 * 1024;

    it('pauses the body, and takes no more than the bound until the store goes on', async () => {
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

    it('counts single bytes by the memory they cost', async () => {
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

  describe('of a body that breaks off', () => {
    it('commits what arrived', async () => {
      const store = new MemoryStore();
      const writer = await createLog(store);
      const body = new PassThrough();
      const ingesting = ingest(store, writer, body, OPTIONS);
      body.write('half');
      setImmediate(() => body.destroy(new Error('connection lost')));
      expect(await ingesting).toEqual({ how: 'cut', tail: 4 });
      expect(await textOf(store, writer.log)).toBe('half');
    });

    it('commits what had arrived while it was paused, too', async () => {
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

    it('is over at once when that had happened before', async () => {
      const store = new MemoryStore();
      const writer = await createLog(store);
      const body = new PassThrough();
      body.write('early');
      body.destroy();
      expect(await ingest(store, writer, body, OPTIONS)).toEqual({ how: 'cut', tail: 5 });
      expect(await textOf(store, writer.log)).toBe('early');
    });
  });

  describe('up to a size limit', () => {
    it('fills the log to the limit and then throws, and leaves the rest of the body alone', async () => {
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

    it('takes a body that just fits', async () => {
      const store = new MemoryStore();
      const writer = await createLog(store);
      const body = Readable.from([Buffer.alloc(6), Buffer.alloc(4)], { objectMode: false });
      expect(await ingest(store, writer, body, { ...OPTIONS, logBytesMax: 10 })).toEqual({
        how: 'ended',
        tail: 10,
      });
    });
  });

  it('throws what the store throws, and takes no more of the body', async () => {
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
    body.destroy(new Error('lost as well')); // Nobody but the ingest listens for errors; it must go on doing so.
    await closed(body);
  });

  it('throws when another producer takes the log over', async () => {
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
