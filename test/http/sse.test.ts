import { encodeEvent } from '../../src/http/sse';

describe('a server-sent event', () => {
  it('has a data field a line, and the offset as its id', () => {
    expect(encodeEvent({ id: '12', data: 'one\ntwo' })).toBe('id: 12\ndata: one\ndata: two\n\n');
  });

  it('keeps leading spaces, which a reader strips one of', () => {
    expect(encodeEvent({ id: '0', data: ' x' })).toBe('id: 0\ndata:  x\n\n');
  });

  it('cannot be broken by carriage returns in the data', () => {
    expect(encodeEvent({ id: '0', data: 'a\rid: 9\r\nevent: x' })).toBe(
      'id: 0\ndata: a\ndata: id: 9\ndata: event: x\n\n',
    );
  });

  it('can have a name', () => {
    expect(encodeEvent({ event: 'end', id: '0', data: '' })).toBe('event: end\nid: 0\ndata: \n\n');
  });
});
