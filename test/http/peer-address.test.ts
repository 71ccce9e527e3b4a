import { isSameAddress, parsePeerAddress } from '../../src/http/cama/peer-address';

describe('the address of a guest', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    [' ::ffff:192.0.2.1 ', '192.0.2.1'],
    ['::FFFF:192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:201', '192.0.2.1'],
    ['0:0:0:0:0:FFFF:C000:0201', '192.0.2.1'],
    ['0:0:0:0:0:ffff:192.0.2.1', '192.0.2.1'],
    ['[::ffff:7f00:1]', '127.0.0.1'],
    ['2001:0DB8:0:0::0001', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['fe80::1%eth0', 'fe80::1'],
    ['localhost', '127.0.0.1'],
  ])('the address %s is read as %s', (text, address) => {
    expect(parsePeerAddress(text)).toBe(address);
  });

  it.each(['', 'nobody', '300.1.1.1', '1.2.3', '127.0.0.01', '::ffff:300.1.1.1', '127.0.0.1, 10.0.0.1'])(
    'the text %j is not an address',
    (text) => {
      expect(parsePeerAddress(text)).toBeUndefined();
    },
  );

  it('all loopback addresses are the same machine, and other addresses are not', () => {
    expect(isSameAddress('127.0.0.1', '::1')).toBe(true);
    expect(isSameAddress('192.0.2.1', '192.0.2.1')).toBe(true);
    expect(isSameAddress('192.0.2.1', '127.0.0.1')).toBe(false);
  });
});
