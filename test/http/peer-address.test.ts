import { isSameAddress, parseAddress } from '../../src/http/cama/peer-address';

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
  ])('%s is %s', (text, address) => {
    expect(parseAddress(text)).toBe(address);
  });

  it.each(['', 'nobody', '300.1.1.1', '1.2.3', '127.0.0.01', '::ffff:300.1.1.1', '127.0.0.1, 10.0.0.1'])(
    '%j is none',
    (text) => {
      expect(parseAddress(text)).toBeUndefined();
    },
  );

  it('is the same machine by any of its loopback addresses, and no other', () => {
    expect(isSameAddress('127.0.0.1', '::1')).toBe(true);
    expect(isSameAddress('192.0.2.1', '192.0.2.1')).toBe(true);
    expect(isSameAddress('192.0.2.1', '127.0.0.1')).toBe(false);
  });
});
