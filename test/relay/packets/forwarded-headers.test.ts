import { forwardedHeaders } from '../../../src/relay/packets/upstream/forwarded-headers';

describe('the headers that travel with a packet', () => {
  it('are those that begin with X-, in any case, each as often as it came', () => {
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

  it('have only values that can be written again', () => {
    const raw = ['X-A', 'tab\tand ü', 'X-B', 'a\r\nType: Auth', 'X-C', '\x7f', 'X-D', '\u{1f600}', 'X-E', ''];
    expect(forwardedHeaders(raw)).toEqual(['X-A', 'tab\tand ü', 'X-E', '']);
  });
});
