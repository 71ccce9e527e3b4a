import { NdjsonFormat } from '../../src/client/read/ndjson-format';
import { ReadPosition } from '../../src/client/read/read-position';
import type { StreamLine } from '../../src/client/read/stream-line';

const TYPE = new Headers({ 'Content-Type': 'application/x-ndjson' });

let position: ReadPosition;
let lost: object[];
let format: NdjsonFormat;

beforeEach(() => {
  position = new ReadPosition({});
  lost = [];
  format = new NdjsonFormat(position, (range) => lost.push(range), true);
});

/** Begins an answer of these objects. */
function answer(...objects: object[]): StreamLine[] {
  format.begin(TYPE);
  const text = objects.map((object) => `${JSON.stringify(object)}\n`).join('');
  return [...format.push(new TextEncoder().encode(text))];
}

const one = { line: 1, offset: 0, time: null, text: 'one' };
const two = { line: 2, offset: 4, time: null, text: 'two' };

it('the last line is asked for again, and yielded once', () => {
  expect(answer(one)).toEqual([one]);
  expect(position.query).toMatchObject({ offset: 0 });
  expect(answer(one, two)).toEqual([two]);
  expect(lost).toEqual([]);
});

it('a line that comes again in parts is yielded once', () => {
  answer(one);
  expect(answer({ ...one, text: 'o', partial: true }, { ...one, offset: 1, text: 'ne' }, two)).toEqual([two]);
  expect(lost).toEqual([]);
});

it('a line that comes again with another text is lost, and yielded anew', () => {
  answer(one);
  expect(answer({ ...one, text: 'other' })).toEqual([{ ...one, text: 'other' }]);
  expect(lost).toEqual([{ from: 0, to: 4 }]);
});

it('the next answer begins behind a part of a line', () => {
  expect(answer({ ...one, text: 'né', partial: true })).toHaveLength(1);
  expect(position.query).toMatchObject({ offset: 3 });
});

it('a part whose bytes are not UTF-8 comes with the rest of its line', () => {
  const part = { ...one, text: 'o\ufffd', partial: true };
  expect(answer(part)).toEqual([]);
  expect(answer(part, { ...one, offset: 2, text: 'e' })).toEqual([{ ...one, text: 'o\ufffde' }]);
});

it('an answer that ends without its last object is not whole', () => {
  answer(one);
  expect(format.isEnded).toBe(false);
  answer(one, { state: 'closed', bytes: 4, lines: 1 });
  expect(format.isEnded).toBe(true);
  expect(format.summary).toEqual({ state: 'closed', bytes: 4, lines: 1 });
});

it('objects may be cut anywhere, with spaces between them', () => {
  format.begin(TYPE);
  const bytes = new TextEncoder().encode(`  ${JSON.stringify({ ...one, text: 'é🙂' })}\n \n`);
  const lines = [...bytes].flatMap((byte) => [...format.push(Uint8Array.of(byte))]);
  expect(lines).toEqual([{ ...one, text: 'é🙂' }]);
});
