import fc from 'fast-check';
import type { LogRef } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import { advance, START } from '../../src/core/log/offset';
import { SpyObjects } from '../../src/http/spy/spy-objects';

const a: LogRef = { id: parseLogId('a'), generation: '1' };
const b: LogRef = { id: parseLogId('b"\u2028'), generation: '2' };

describe('the objects of a spy', () => {
  it('what a stream writes cannot be taken for a report', () => {
    const spy = new SpyObjects();
    const text = 'END: a\n{"id":"a","event":"end"}\n';
    expect(objects(spy.start(b), spy.data(b, [Buffer.from(text)]), spy.end(b))).toEqual([
      { id: b.id, event: 'start' },
      { id: b.id, text },
      { id: b.id, event: 'end' },
    ]);
  });

  it('losses and skipped bytes are counted, and the text after them begins anew', () => {
    const spy = new SpyObjects();
    const half = Buffer.from('é').subarray(0, 1);
    const shown = [
      spy.start(a),
      spy.data(a, [half]),
      spy.skipped(a, 7),
      spy.data(a, [Buffer.from('x')]),
      spy.data(a, [half]),
      spy.lost(a, { from: advance(START, 5), to: advance(START, 10) }),
      spy.data(a, [Buffer.from('y')]),
    ];
    expect(objects(...shown)).toEqual([
      { id: 'a', event: 'start' },
      { id: 'a', event: 'skipped', bytes: 7 },
      { id: 'a', text: 'x' },
      { id: 'a', event: 'lost', lost: { from: 5, to: 10 } },
      { id: 'a', text: 'y' },
    ]);
  });

  it('the texts of a stream are its bytes, wherever they are cut', () => {
    const bytes = fc.uint8Array({ maxLength: 60 });
    fc.assert(
      fc.property(
        fc.array(fc.oneof(bytes, fc.string({ unit: 'grapheme' }).map(utf8)), { maxLength: 20 }),
        (chunks) => {
          const spy = new SpyObjects();
          const written = chunks.map((chunk) => Buffer.from(chunk));
          const shown = objects(spy.start(a), ...written.map((chunk) => spy.data(a, [chunk])), spy.end(a));
          const text = shown.map((object) => object['text'] ?? '').join('');
          expect(text).toBe(Buffer.concat(written).toString('utf8'));
        },
      ),
    );
  });
});

function utf8(text: string): Uint8Array {
  return Buffer.from(text);
}

/** Each line is an object of its own. */
function objects(...texts: readonly string[]): Record<string, unknown>[] {
  const lines = texts.join('').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => JSON.parse(line));
}
