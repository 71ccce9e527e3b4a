import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { TrustedProxies } from '../../../src/http/proxies/trusted-proxies';
import { configFrom } from '../../support/config';

type Headers = Readonly<Record<string, string>>;

function requestFrom(remoteAddress: string, headers: Headers): IncomingMessage {
  const socket = Object.defineProperty(new Socket(), 'remoteAddress', { value: remoteAddress });
  return Object.assign(new IncomingMessage(socket), { headers });
}

function proxies(settings: object): TrustedProxies {
  return new TrustedProxies(configFrom(settings));
}

const xForwardedFor = (value: string): Headers => ({ 'x-forwarded-for': value });

describe('the address of a client by X-Forwarded-For', () => {
  const trusted = proxies({ trustProxy: ['10.0.0.0/8', '192.0.2.1', 'fd00::/8'] });

  it.each([
    ['10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['::ffff:10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['192.0.2.1', '203.0.113.9', '203.0.113.9'],
    ['fd12::1', '2001:DB8:0::1', '2001:db8::1'],
    ['10.1.2.3', '203.0.113.9:4711', '203.0.113.9'],
    ['10.1.2.3', '[2001:db8::1]:4711', '2001:db8::1'],
    ['10.1.2.3', '203.0.113.9, 10.9.9.9 , fd00::2', '203.0.113.9'],
    ['10.1.2.3', '10.9.9.9, 10.8.8.8', '10.9.9.9'],
  ])('from the proxy %s with %j is %s', (peer, header, address) => {
    expect(trusted.addressOf(requestFrom(peer, xForwardedFor(header)))).toBe(address);
  });

  it.each([
    ['a peer that is not listed', '192.0.2.2', '203.0.113.9', '192.0.2.2'],
    ['an address that a client has put before its own', '10.1.2.3', '10.0.0.1, 203.0.113.9', '203.0.113.9'],
    ['an address that an unlisted proxy has put there', '10.1.2.3', '203.0.113.9, 192.0.2.2', '192.0.2.2'],
    ['text that is not an address', '10.1.2.3', '203.0.113.9, unknown', '10.1.2.3'],
    ['text behind a known proxy', '10.1.2.3', 'nonsense, 10.9.9.9', '10.9.9.9'],
    ['an empty header', '10.1.2.3', '', '10.1.2.3'],
  ])('never comes from %s', (_what, peer, header, address) => {
    expect(trusted.addressOf(requestFrom(peer, xForwardedFor(header)))).toBe(address);
  });

  it('is that of the peer without trusted proxies, whatever the headers are', () => {
    const forged = { ...xForwardedFor('203.0.113.9'), forwarded: 'for=203.0.113.9' };
    expect(proxies({}).addressOf(requestFrom('127.0.0.1', forged))).toBe('127.0.0.1');
  });

  it('is not read from Forwarded, which a proxy may pass on as its client has forged it', () => {
    const headers = { ...xForwardedFor('203.0.113.9'), forwarded: 'for=198.51.100.1' };
    expect(trusted.addressOf(requestFrom('10.1.2.3', headers))).toBe('203.0.113.9');
  });
});

describe('the address of a client by Forwarded', () => {
  const trusted = proxies({ trustProxy: ['10.0.0.0/8'], proxyHeaders: 'forwarded' });
  const addressOf = (forwarded: string): string | undefined =>
    trusted.addressOf(requestFrom('10.1.2.3', { forwarded, ...xForwardedFor('198.51.100.1') }));

  it.each([
    ['for=203.0.113.9', '203.0.113.9'],
    ['For="203.0.113.9:4711";proto=https;by=10.1.2.3', '203.0.113.9'],
    ['proto=https; for="[2001:db8::1]:4711"', '2001:db8::1'],
    ['for=198.51.100.1, for=203.0.113.9;host="a,b;for=1.1.1.1", for=10.9.9.9', '203.0.113.9'],
    [String.raw`for="203\.0.113.9"`, '203.0.113.9'],
  ])('is read from %j', (forwarded, address) => {
    expect(addressOf(forwarded)).toBe(address);
  });

  it.each([
    'for=_hidden',
    'for=unknown',
    'proto=https',
    'for',
    'for=203.0.113.9, nonsense',
    'for="203.0.113.9',
    '',
  ])('is that of the proxy if the header is %j', (forwarded) => {
    expect(addressOf(forwarded)).toBe('10.1.2.3');
  });
});

describe('the scheme of a client', () => {
  it.each([
    ['https', true],
    ['HTTPS , http', true],
    ['http, https', false],
    ['httpsx', false],
  ])('follows the first X-Forwarded-Proto of a trusted proxy: %j', (value, isViaTls) => {
    const headers = { 'x-forwarded-proto': value };
    const trusted = proxies({ trustProxy: ['10.0.0.0/8'] });
    expect(trusted.isViaTls(requestFrom('10.1.2.3', headers))).toBe(isViaTls);
    expect(trusted.isViaTls(requestFrom('192.0.2.2', headers))).toBe(false);
    expect(proxies({}).isViaTls(requestFrom('192.0.2.2', headers))).toBe(isViaTls);
  });

  it('is that of the element of Forwarded with its address', () => {
    const trusted = proxies({ trustProxy: ['10.0.0.0/8'], proxyHeaders: 'forwarded' });
    const isViaTls = (forwarded: string): boolean => trusted.isViaTls(requestFrom('10.1.2.3', { forwarded }));
    expect(isViaTls('for=203.0.113.9;proto=https, for=10.9.9.9;proto=http')).toBe(true);
    expect(isViaTls('for=198.51.100.1;proto=https, for=203.0.113.9;proto=http')).toBe(false);
  });
});

describe('the setting trustProxy', () => {
  it.each([
    ['text', '10.0.0.0/8', 'trustProxy must be a list of IP addresses and networks'],
    ['a name', ['proxy.lan'], 'trustProxy[0] must be an IP address or a network such as 10.0.0.0/8'],
    [
      'a network that is too narrow',
      ['::1', '10.0.0.0/33'],
      'trustProxy[1] must be an IP address or a network',
    ],
    ['a zone', ['fe80::1%eth0'], 'trustProxy[0] must be an IP address or a network'],
    ['a number', [10], 'trustProxy[0] must be an IP address or a network'],
    ['IPv4 as IPv6', ['::ffff:10.0.0.1'], 'trustProxy[0] must have an IPv4 network in the form of IPv4'],
  ])('refuses %s by a sentence', (_what, trustProxy, sentence) => {
    expect(() => configFrom({ trustProxy })).toThrow(sentence);
  });
});
