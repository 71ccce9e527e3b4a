import { parseCommandLine } from '../../src/config/command-line';
import type { Config } from '../../src/config/config';
import { configFrom, loadConfig } from '../support/config';

const fromEnvironment = (environment: Record<string, string>): Config =>
  loadConfig(parseCommandLine([]), environment);

describe('http.allowOrigin', () => {
  it('http.allowOrigin is none by default, and durable.allowOrigin inherits it', () => {
    const { http, durable } = configFrom({});
    expect([http.allowOrigin, durable.allowOrigin]).toEqual(['none', undefined]);
    expect(configFrom({ durable: { allowOrigin: 'any' } }).durable.allowOrigin).toBe('any');
    expect(configFrom({ durable: { allowOrigin: 'inherit' } }).durable.allowOrigin).toBeUndefined();
  });

  it.each([
    ['any', 'any'],
    ['none', 'none'],
    [[], 'none'],
    ['https://a.example', ['https://a.example']],
    ['HTTPS://A.example:443', ['https://a.example']],
    [
      ['http://a.example:80', 'http://b.example:8080', 'http://[::1]:3000'],
      ['http://a.example', 'http://b.example:8080', 'http://[::1]:3000'],
    ],
    ['chrome-extension://abcdef', ['chrome-extension://abcdef']],
  ])('http.allowOrigin accepts %j', (given, kept) => {
    expect(configFrom({ http: { allowOrigin: given } }).http.allowOrigin).toEqual(kept);
  });

  it('an environment variable with commas sets several origins', () => {
    const config = fromEnvironment({
      LOOM_HTTP_ALLOW_ORIGIN: 'https://a.example, https://b.example',
      LOOM_DURABLE_ALLOW_ORIGIN: 'any',
    });
    expect(config.http.allowOrigin).toEqual(['https://a.example', 'https://b.example']);
    expect(config.durable.allowOrigin).toBe('any');
  });

  it.each([
    '*',
    'null',
    'a.example',
    'https://a.example/',
    'https://a.example/x',
    'https://*.example',
    '',
    7,
  ])('http.allowOrigin refuses %j and names what it accepts', (given) => {
    const problem = /http\.allowOrigin must be any, none, or origins such as https:\/\/example\.com/;
    expect(() => configFrom({ http: { allowOrigin: given } })).toThrow(problem);
    expect(() => configFrom({ http: { allowOrigin: ['https://a.example', given] } })).toThrow(
      /http\.allowOrigin\[1\] must be one of origins such as https:\/\/example\.com/,
    );
  });
});

describe('http.hosts', () => {
  it('http.hosts is empty by default', () => {
    expect(configFrom({}).http.hosts).toEqual([]);
  });

  it('http.hosts accepts names, wildcards and addresses, with and without a port', () => {
    const hosts = [
      'A.example.',
      '*.b.example:8080',
      '*',
      '10.0.0.1',
      '2001:DB8::1',
      '[::1]:80',
      'with_underscore',
    ];
    expect(configFrom({ http: { hosts } }).http.hosts).toEqual([
      'a.example',
      '*.b.example:8080',
      '*',
      '10.0.0.1',
      '[2001:db8::1]',
      '[::1]:80',
      'with_underscore',
    ]);
    expect(fromEnvironment({ LOOM_HTTP_HOSTS: 'a.example, *.b.example' }).http.hosts).toEqual([
      'a.example',
      '*.b.example',
    ]);
  });

  it.each(['https://a.example', 'a.example/x', 'a b', '*example', 'a.*.example', '', 'a:b', 7])(
    'http.hosts refuses %j',
    (given) => {
      expect(() => configFrom({ http: { hosts: [given] } })).toThrow(
        /http\.hosts\[0\] must be a host name without a scheme/,
      );
      expect(() => configFrom({ http: { hosts: given } })).toThrow(
        /http\.hosts must be a list of host names/,
      );
    },
  );
});
