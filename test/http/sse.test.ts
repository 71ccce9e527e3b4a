import fc from 'fast-check';
import { encodeData, encodeEvent, type ServerSentEvent } from '../../src/http/live/sse';

function encoded(event: ServerSentEvent): string {
  return encodeEvent(event).toString();
}

describe('server-sent events', () => {
  it('an event has one data field per line, and the offset as its id', () => {
    expect(encoded({ id: '12', data: 'one\ntwo' })).toBe('id: 12\ndata: one\ndata: two\n\n');
  });

  it('a leading space of the data is kept', () => {
    expect(encoded({ id: '0', data: ' x' })).toBe('id: 0\ndata:  x\n\n');
  });

  it('a carriage return in the data cannot break an event', () => {
    expect(encoded({ id: '0', data: 'a\rid: 9\r\nevent: x' })).toBe(
      'id: 0\ndata: a\ndata: id: 9\ndata: event: x\n\n',
    );
  });

  it('an event can have a name', () => {
    expect(encoded({ event: 'end', id: '0', data: '' })).toBe('event: end\nid: 0\ndata: \n\n');
  });

  it('bytes that are not UTF-8 become U+FFFD', () => {
    expect(encoded({ id: '0', data: Buffer.from([0x61, 0xff, 0x0a, 0xe2, 0x82]) })).toBe(
      'id: 0\ndata: a\ufffd\ndata: \ufffd\n\n',
    );
  });

  it('without a space after the colon, a line that begins with a space gets one', () => {
    const event = encodeData('', 'data:', Buffer.from(' a\n  b\nc \r\n \r d'));
    expect(event.toString()).toBe('data:  a\ndata:   b\ndata:c \ndata:  \ndata:  d\n\n');
  });

  it('a client reads the data with one kind of line end', () => {
    const unit = fc.constantFrom('a', ' ', ':', '\n', '\r', '\r\n', 'ü', '€', '🧵', '\ufeff', 'data: ');
    fc.assert(
      fc.property(fc.string({ unit }), (data) => {
        const lines = encoded({ id: '0', data }).split('\n').slice(1, -2);
        const expected = data.replaceAll(/\r\n|\r/g, '\n');
        expect(lines.map((line) => line.replace(/^data: /, '')).join('\n')).toBe(expected);
        const unspaced = encodeData('', 'data:', Buffer.from(data)).toString().split('\n').slice(0, -2);
        expect(unspaced.map((line) => line.replace(/^data: ?/, '')).join('\n')).toBe(expected);
      }),
    );
  });
});
