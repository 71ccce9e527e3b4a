import fc from 'fast-check';
import { IngestBuffer } from '../../src/core/ingest/ingest-buffer';

/** Bytes to push, or how many to take. */
const anyActions = fc.array(fc.oneof(fc.uint8Array({ maxLength: 50 }), fc.integer({ min: 1, max: 60 })), {
  maxLength: 60,
});

describe('IngestBuffer', () => {
  it('the pieces come out in order, and never more bytes than requested', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const gather = new IngestBuffer();
        let waiting = Buffer.alloc(0);
        for (const action of actions) {
          if (typeof action === 'number') {
            const taken = Buffer.concat(gather.take(action));
            expect(taken).toEqual(waiting.subarray(0, action));
            waiting = waiting.subarray(taken.length);
          } else {
            gather.push(Buffer.from(action));
            waiting = Buffer.concat([waiting, action]);
          }
          expect(gather.isEmpty).toBe(waiting.length === 0);
        }
        expect(Buffer.concat(gather.take(Number.POSITIVE_INFINITY))).toEqual(waiting);
        expect(gather.weight).toBe(0);
      }),
    );
  });

  it('the weight is at least the bytes held, plus at most a fixed cost per piece', () => {
    fc.assert(
      fc.property(anyActions, (actions) => {
        const gather = new IngestBuffer();
        let bytes = 0;
        let pieces = 0;
        for (const action of actions) {
          if (typeof action === 'number') {
            for (const taken of gather.take(action)) bytes -= taken.length;
          } else {
            gather.push(Buffer.from(action));
            bytes += action.length;
            pieces += 1;
          }
          expect(gather.weight).toBeGreaterThanOrEqual(bytes);
          expect(gather.weight).toBeLessThanOrEqual(bytes + pieces * 512);
        }
      }),
    );
  });

  it('a piece comes out without a copy', () => {
    const gather = new IngestBuffer();
    const piece = Buffer.from('piece');
    gather.push(piece);
    expect(gather.take(100)[0]).toBe(piece);
  });

  it('many small pieces weigh far more than their bytes', () => {
    const gather = new IngestBuffer();
    for (let i = 0; i < 1_000; i += 1) gather.push(Buffer.from('x'));
    expect(gather.weight).toBeGreaterThan(100_000);
  });

  it('an empty piece is not kept, and an empty buffer yields nothing', () => {
    const gather = new IngestBuffer();
    gather.push(Buffer.alloc(0));
    expect(gather.isEmpty).toBe(true);
    expect(gather.take(10)).toEqual([]);
  });
});
