import fc from 'fast-check';
import {
  dataEvent,
  EMPTY_FRAME_STATE,
  type EventEncoding,
  lastEvent,
} from '../../../src/http/durable/read/event-frames';

/** The data of each event that a client receives for these pieces. */
function received(encoding: EventEncoding, pieces: readonly Buffer[]): string[] {
  let carry = EMPTY_FRAME_STATE;
  const events: string[] = [];
  for (const piece of pieces) {
    const page = Buffer.from(piece);
    const framed = dataEvent(encoding, page, carry);
    events.push(Buffer.concat(framed.event).toString());
    // As when the memory of a page that was sent is used for another one.
    page.fill('?');
    carry = framed.carry;
  }
  events.push(Buffer.concat(lastEvent(encoding, carry)).toString());
  return events.filter((event) => event !== '').map(dataOf);
}

/** WHATWG HTML, 9.2.6, with the space that may follow the colon. */
function dataOf(event: string): string {
  const [name, ...lines] = event.slice(0, -2).split('\n');
  expect(name).toBe('event: data');
  expect(event.endsWith('\n\n')).toBe(true);
  for (const line of lines) expect(line.startsWith('data:') && !line.includes('\r')).toBe(true);
  return lines.map((line) => line.replace(/^data: ?/, '')).join('\n');
}

function cut(bytes: Buffer, size: number): Buffer[] {
  const pieces: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) pieces.push(bytes.subarray(at, at + size));
  return pieces;
}

describe('the events of a stream', () => {
  const text = fc.string({
    unit: fc.constantFrom('a', ' ', '\n', '\r', '\r\n', 'ü', '€', '🧵', 'event: x', ':'),
  });

  it('a text has one kind of line end, however it is cut', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 1, max: 7 }), (whole, size) => {
        const shown = received('text', cut(Buffer.from(whole), size)).join('');
        expect(shown).toBe(whole.replaceAll(/\r\n|\r/g, '\n'));
      }),
    );
  });

  it('JSON messages arrive whole, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.integer({ min: 1, max: 30 }), (values, size) => {
        const lines = values.map((value) => `${JSON.stringify(value)}\n`).join('');
        const arrays = received('json', cut(Buffer.from(lines), size)).map((data) => JSON.parse(data));
        expect(arrays.flat(1)).toEqual(JSON.parse(JSON.stringify(values)));
      }),
    );
  });

  it('bytes arrive as base64 that decodes event by event', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.integer({ min: 1, max: 7 }), (bytes, size) => {
        const whole = Buffer.from(bytes);
        const shown = received('base64', cut(whole, size)).map((data) => Buffer.from(data, 'base64'));
        expect(Buffer.concat(shown).equals(whole)).toBe(true);
      }),
    );
  });

  it('a character that was never completed is replaced', () => {
    expect(received('text', [Buffer.from([0x61, 0xe2, 0x82])])).toEqual(['a', '\ufffd']);
  });
});
