import fc from 'fast-check';
import { type Offset, START } from '../../src/core/log/offset';
import { at, attach, bytes, createLog, expectCode, readAll, textOf } from './logs';
import type { Subject } from './store.contract';

export function describeAppendsInFlight(subject: Subject): void {
  it('appends in flight are stored in their order', async () => {
    const sizes = fc.array(
      fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 30_000, max: 200_000 })),
      {
        minLength: 2,
        maxLength: 14,
      },
    );
    await fc.assert(
      fc.asyncProperty(sizes, async (lengths) => {
        const { store } = subject;
        const writer = await createLog(store);
        const pieces = lengths.map((length, index) => Buffer.alloc(length, index + 1));
        const underWay: Promise<Offset>[] = [];
        const tails: Offset[] = [];
        let sent = 0;
        for (const piece of pieces) {
          if (underWay.length === store.appendsInFlight) await underWay.shift();
          const append = store.append(writer, at(sent), [piece]);
          underWay.push(append);
          // That it fails shows below, where it is awaited.
          append.then((tail) => tails.push(tail)).catch(() => {});
          sent += piece.length;
        }
        await Promise.all(underWay);
        expect(tails).toEqual([...tails].sort((a, b) => a - b));
        expect(tails.at(-1)).toBe(sent);
        expect((await readAll(store, writer.log)).bytes.equals(Buffer.concat(pieces))).toBe(true);
      }),
      { numRuns: 15 },
    );
  });

  it('appends behind a refused one are refused', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    await store.append(writer, START, bytes('abc'));
    await attach(store, writer.log);
    const appends = Array.from({ length: store.appendsInFlight }, (_, index) =>
      store.append(writer, at(3 + index * 100_000), [Buffer.alloc(100_000)]),
    );
    await Promise.all(appends.map((append) => expectCode(append, 'LOG_FENCED')));
    expect(await textOf(store, writer.log)).toBe('abc');
  });
}
