import { Socket } from 'node:net';
import { AllowedHosts } from '../../src/http/front/allowed-hosts';
import { configFrom } from '../support/config';

/** A connection that came in at this address. */
function cameInAt(localAddress: string): Socket {
  return Object.defineProperty(new Socket(), 'localAddress', { value: localAddress });
}

const hostsOf = (settings: object): AllowedHosts => new AllowedHosts(configFrom(settings));

describe('the allowed hosts of a server beyond the loopback', () => {
  const hosts = hostsOf({ host: '0.0.0.0', allowAnonymous: true });

  it.each(['172.17.0.2', '::ffff:172.17.0.2', 'fe80::1'])(
    'every IP address is allowed on a connection to %s',
    (at) => {
      for (const address of ['172.17.0.2:3060', '192.168.1.5', '[2001:db8::1]:3060', '0.0.0.0:3060'])
        expect(hosts.has(address, cameInAt(at))).toBe(true);
      for (const name of ['evil.test', 'loom', '192.168.1.5.evil.test', '[evil.test]', '192.168.1'])
        expect(hosts.has(name, cameInAt(at))).toBe(false);
    },
  );

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])(
    'only loopback addresses are allowed on a connection to %s',
    (at) => {
      expect(hosts.has('192.168.1.5', cameInAt(at))).toBe(false);
      expect(hosts.has('[::1]:3060', cameInAt(at))).toBe(true);
    },
  );

  it('an earlier connection does not change the allowed hosts', () => {
    expect(hosts.has('192.168.1.5', cameInAt('172.17.0.2'))).toBe(true);
    expect(hosts.has('192.168.1.5', cameInAt('127.0.0.1'))).toBe(false);
  });
});

it('the names that a server listens on are allowed', () => {
  const hosts = hostsOf({
    host: 'build.lan',
    allowAnonymous: true,
    listeners: [{ serve: 'cama', port: 8000, host: 'fd00::7' }],
  });
  for (const name of ['Build.LAN:3060', '[FD00::7]:8000', 'localhost'])
    expect(hosts.has(name, cameInAt('127.0.0.1'))).toBe(true);
  expect(hosts.has('other.lan', cameInAt('127.0.0.1'))).toBe(false);
});

it('a listed IPv6 address is allowed in any notation', () => {
  const hosts = hostsOf({ http: { hosts: ['[2001:DB8:0:0::3]:99', 'fe80::1%eth0'] } });
  for (const host of ['[2001:db8::3]:99', '[2001:db8:0:0:0:0:0:3]:99', '[::ffff:127.0.0.1]'])
    expect(hosts.has(host, cameInAt('127.0.0.1'))).toBe(true);
  expect(hosts.has('[2001:db8::3]:98', cameInAt('127.0.0.1'))).toBe(false);
});

it.each([
  '',
  ':3060',
  'a b',
  'a/b',
  'user@localhost',
  'localhost:80:80',
  '::1',
  '[::1',
  'localhost:x',
  'a\\b',
])('the malformed host %j is refused', (host) => {
  expect(hostsOf({}).has(host, cameInAt('127.0.0.1'))).toBe(false);
});

it('"*" allows every well-formed host', () => {
  const hosts = hostsOf({ http: { hosts: ['*'] } });
  expect(hosts.has('anything.test:1', cameInAt('127.0.0.1'))).toBe(true);
  expect(hosts.has('user@anything.test', cameInAt('127.0.0.1'))).toBe(false);
});
