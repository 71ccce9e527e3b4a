import { forwardedHeaders } from '../../../src/relay/packets/upstream/forwarded-headers';

describe('the forwarded headers of a packet', () => {
  it('all headers with the prefix X- are forwarded, in any case and with repetitions', () => {
    const raw = [
      'Host',
      'x-host',
      'X-A',
      '1',
      'x-a',
      '2',
      'XA',
      '3',
      'To',
      'X-B',
      'X-Ümlaut',
      '4',
      'X-',
      '5',
    ];
    expect(forwardedHeaders(raw)).toEqual(['X-A', '1', 'x-a', '2', 'X-', '5']);
  });

  it('a header with a value that cannot be written again is dropped', () => {
    const raw = ['X-A', 'tab\tand ü', 'X-B', 'a\r\nType: Auth', 'X-C', '\x7f', 'X-D', '\u{1f600}', 'X-E', ''];
    expect(forwardedHeaders(raw)).toEqual(['X-A', 'tab\tand ü', 'X-E', '']);
  });
});
