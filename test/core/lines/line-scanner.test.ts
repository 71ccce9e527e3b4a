import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import fc from 'fast-check';
import { SCAN_BYTES } from '../../../src/core/lines/line-scanner';
import { Literal } from '../../../src/core/lines/literal';
import { afterNewlines, countNewlines, eachNewline } from '../../../src/core/lines/newlines';

/** Few kinds of bytes, so that there are many newlines and matches, and enough to be more than one block or slice. */
const anyBytes = fc
  .record({
    bytes: fc.array(fc.constantFrom(0x0a, 0x0a, 0x61, 0x41, 0x62, 0x8a, 0x2a), { maxLength: 200 }),
    times: fc.constantFrom(1, 1, 9, 500),
  })
  .map(({ bytes, times }) => Buffer.concat(Array<Buffer>(times).fill(Buffer.from(bytes))));

function newlinesOf(bytes: Buffer): number[] {
  return [...bytes.keys()].filter((i) => bytes[i] === 0x0a).map((i) => i + 1);
}

describe('the line scanner', () => {
  it('is assembled from its source', () => {
    execFileSync(process.execPath, [join(__dirname, '../../../scripts/webassembly.mjs'), '--check'], {
      stdio: 'inherit',
    });
  });

  it('counts and finds newlines as a loop does', () => {
    fc.assert(
      fc.property(
        anyBytes,
        fc.integer({ min: 1, max: 300 }),
        fc.integer({ min: 1, max: 300 }),
        (bytes, first, step) => {
          const all = newlinesOf(bytes);
          expect(countNewlines(bytes)).toBe(all.length);
          expect(afterNewlines(bytes, first)).toBe(all[first - 1]);
          const visited: number[] = [];
          const left = eachNewline(bytes, first, step, (index) => visited.push(index));
          expect(visited).toEqual(all.filter((_, i) => i + 1 >= first && (i + 1 - first) % step === 0));
          const next = all.length < first ? first : first + visited.length * step;
          expect(left).toBe(next - all.length);
        },
      ),
    );
  });

  it('searches a literal as a loop does, in any case', () => {
    const anyLiteral = fc.array(fc.constantFrom(0x61, 0x41, 0x62, 0x0a), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(anyBytes, anyLiteral, fc.boolean(), (bytes, codes, ignoreCase) => {
        const folded = (text: Buffer): string =>
          ignoreCase ? text.toString('latin1').toLowerCase() : text.toString('latin1');
        const [text, literal] = [folded(bytes), folded(Buffer.from(codes))];
        const places: number[] = [];
        for (let i = text.indexOf(literal); i >= 0; i = text.indexOf(literal, i + literal.length))
          places.push(i);
        expect(new Literal(Buffer.from(codes), ignoreCase).placesIn(bytes, 50)).toEqual(places.slice(0, 50));
      }),
    );
  });

  it('finds what begins in one slice and ends in the next', () => {
    const bytes = Buffer.alloc(3 * SCAN_BYTES, '.');
    const literal = Buffer.from(`${'x'.repeat(999)}Y`);
    const places = [
      SCAN_BYTES - literal.length + 1,
      SCAN_BYTES + 1_000,
      2 * SCAN_BYTES - 1,
      3 * SCAN_BYTES - literal.length,
    ];
    for (const place of places) literal.copy(bytes, place);
    expect(new Literal(literal, false).placesIn(bytes, 9)).toEqual(
      places.filter((place) => bytes.subarray(place, place + literal.length).equals(literal)),
    );
    expect(new Literal(Buffer.from('.'.repeat(3)), true).placesIn(bytes, 2)).toEqual([0, 3]);
  });

  it('finds a literal that can be skipped by, also behind bytes that nearly match it everywhere', () => {
    const literal = Buffer.from('aaaaaaab');
    const bytes = Buffer.alloc(4 * SCAN_BYTES, 'a');
    const places = [1, 20, SCAN_BYTES - 3, 2 * SCAN_BYTES - 8, 3 * SCAN_BYTES, 4 * SCAN_BYTES - 8];
    for (const place of places) literal.copy(bytes, place);
    expect(new Literal(literal, false).placesIn(bytes, 9)).toEqual(places);
    expect(new Literal(literal, false).placesIn(bytes, 3, 2)).toEqual(places.slice(1, 4));
  });

  it('searches a text that nearly matches everywhere in less than a turn', () => {
    const bytes = Buffer.alloc(SCAN_BYTES, 'ab');
    const literal = new Literal(Buffer.from('ab'.repeat(255) + 'ba'.repeat(255)), true);
    // Of the processor: on a busy machine each of them may be interrupted. Measured: 2.8 ms.
    const durations = [1, 2, 3, 4, 5].map(() => {
      const began = process.cpuUsage();
      expect(literal.placesIn(bytes, 1)).toEqual([]);
      const { user, system } = process.cpuUsage(began);
      return (user + system) / 1_000;
    });
    expect(Math.min(...durations)).toBeLessThan(10);
  });
});
