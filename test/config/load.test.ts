import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCommandLine } from '../../src/config/command-line';
import type { Config } from '../../src/config/config';
import { configFrom, loadConfig } from '../support/config';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'loom-config-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

/** Writes a file and creates its folders. */
function file(name: string, text: string): string {
  const path = join(dir, name);
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, text);
  return path;
}

function load(argv: readonly string[] = [], environment: Record<string, string> = {}): Config {
  return loadConfig(parseCommandLine(argv), environment);
}

function errorOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  throw new Error('no error was thrown');
}

describe('the sources of settings', () => {
  it('without any source, all settings have their defaults', () => {
    expect(load()).toMatchObject({
      port: 3060,
      host: '127.0.0.1',
      store: 'file:./data',
      tokens: [],
      producerGrace: 30_000,
      resumeGrace: 900_000,
      retention: { maxAge: undefined },
      limits: { bytesPerStream: 1024 ** 4, metadataBytes: 16_384 },
    });
  });

  it('a flag overrides the environment, which overrides a later file, which overrides an earlier one', () => {
    const first = file('first.yaml', 'port: 1\nhost: 127.0.0.1\nproducerGrace: 1s\nresumeGrace: 1s\n');
    const second = file('second.yaml', 'port: 2\nhost: 127.0.0.2\nproducerGrace: 2s\n');
    const config = load(['-c', first, '--config', second, '--port', '4'], {
      LOOM_PORT: '3',
      LOOM_HOST: '127.0.0.3',
    });
    expect(config).toMatchObject({ port: 4, host: '127.0.0.3', producerGrace: 2_000, resumeGrace: 1_000 });
  });

  it('maps of two files merge, and a list replaces the earlier list', () => {
    const first = file('1.yaml', 'tokens: [a, b]\nlimits: {streams: 5, metadataBytes: 1KiB}');
    const second = file('2.yaml', 'tokens: [c]\nlimits: {streams: 6}');
    const config = load(['-c', first, '-c', second]);
    expect(config.tokens).toEqual(['c']);
    expect(config.limits).toMatchObject({ streams: 6, metadataBytes: 1_024, headerBytes: 32_768 });
  });

  it('an empty list removes earlier tokens, and a key without a value is ignored', () => {
    const some = file('some.yaml', 'tokens: [a]\nlimits: {streams: 5}');
    expect(load(['-c', some, '-c', file('none.yaml', 'tokens: []')]).tokens).toEqual([]);
    const silent = load(['-c', some, '-c', file('silent.yaml', 'tokens:\nlimits:\n')]);
    expect(silent).toMatchObject({ tokens: ['a'], limits: { streams: 5 } });
  });

  it('the YAML files of a directory are read in order of their names, and no other files', () => {
    file('conf/20-b.yml', 'port: 20');
    file('conf/10-a.yaml', 'port: 10\nhost: 127.0.0.10');
    file('conf/notes.txt', 'port: [');
    file('conf/inner/99.yaml', 'port: 99');
    expect(load(['-c', join(dir, 'conf')])).toMatchObject({ port: 20, host: '127.0.0.10' });
  });

  it.each(['', '\n\n', '# nothing but words\n', '---\n', '---\n# words\n...\n'])(
    'an empty file is accepted: %j',
    (text) => {
      expect(load(['-c', file('empty.yaml', text)]).port).toBe(3060);
    },
  );

  it('the configuration is deeply frozen', () => {
    const config = load(['-c', file('a.yaml', 'tokens: [{token: t, scopes: [spy]}]')]);
    const [entry] = config.tokens;
    for (const part of [config, config.limits, config.tokens, entry, Object(entry).scopes]) {
      expect(Object.isFrozen(part)).toBe(true);
    }
  });
});

describe('the environment', () => {
  it('an environment variable sets a setting of any type', () => {
    const config = load([], {
      LOOM_LIMITS_BYTES_PER_STREAM: '10GiB',
      LOOM_LIMITS_PENDING_BYTES: '70000',
      LOOM_RETENTION_MAX_AGE: '30d',
      LOOM_HTTP_CONSUMER_TIMEOUT: '1h',
      LOOM_FILES_DURABILITY: 'always',
      LOOM_REDIS_ALLOW_EVICTION: 'true',
    });
    expect(config).toMatchObject({
      limits: { bytesPerStream: 10 * 1024 ** 3, pendingBytes: 70_000 },
      retention: { maxAge: 30 * 86_400_000 },
      http: { consumerTimeout: 3_600_000 },
      files: { durability: 'always' },
      redis: { allowEviction: true },
    });
  });

  it('LOOM_TOKENS is split at commas', () => {
    expect(load([], { LOOM_TOKENS: 'a, b,,c' }).tokens).toEqual(['a', 'b', 'c']);
  });

  it('a text without any token is refused as a list of tokens', () => {
    const none = 'must be a list of tokens';
    expect(() => load([], { LOOM_TOKENS: ' , ' })).toThrow(`LOOM_TOKENS: tokens ${none}`);
    expect(() => load([], { LOOM_TOKENS_FILE: file('tokens', '\n') })).toThrow(none);
  });

  it('LOOM_TOKENS_FILE and LOOM_STORE_FILE are read from files', () => {
    const tokens = file('tokens', 'one\ntwo,three\n');
    const store = file('store', 'redis://:secret@cache/3\n');
    const config = load([], { LOOM_TOKENS_FILE: tokens, LOOM_STORE_FILE: store });
    expect(config).toMatchObject({ tokens: ['one', 'two', 'three'], store: 'redis://:secret@cache/3' });
  });

  it('a secret from two sources or from a missing file is refused', () => {
    const both = { LOOM_TOKENS: 'a', LOOM_TOKENS_FILE: file('tokens', 'b') };
    expect(errorOf(() => load([], both))).toBe('LOOM_TOKENS and LOOM_TOKENS_FILE are both set: set only one');
    expect(errorOf(() => load([], { LOOM_STORE_FILE: join(dir, 'none') }))).toMatch(
      /^LOOM_STORE_FILE \(.*none\): cannot be read: ENOENT/,
    );
  });

  it('empty variables and variables of other programs are ignored', () => {
    const config = load([], { LOOM_PORT: '', LOOM_TOKENS: '', LOOM_SERVICE_HOST: 'x', LOOM_TOKEN: 'client' });
    expect(config).toMatchObject({ port: 3060, tokens: [] });
  });

  it('the links of Kubernetes to services whose names begin with loom set nothing', () => {
    const links = {
      LOOM_PORT: 'tcp://10.0.0.1:80',
      LOOM_PORT_80_TCP: 'tcp://10.0.0.1:80',
      LOOM_PORT_80_TCP_PORT: '80',
      LOOM_SERVICE_HOST: '10.0.0.1',
      LOOM_SERVICE_PORT: '80',
      LOOM_PACKETS_PORT: 'udp://10.0.0.2:80',
    };
    expect(load([], links)).toEqual(load([], {}));
    expect(load(['--port', '81'], links)).toMatchObject({ port: 81 });
  });

  it.each([
    [{ LOOM_PORT: 'tcp:3060' }, 'LOOM_PORT: port must be an integer from 0 to 65535, not "tcp:3060"'],
    [
      { LOOM_ALLOW_ANONYMOUS: 'yes' },
      'LOOM_ALLOW_ANONYMOUS: allowAnonymous must be true or false, not "yes"',
    ],
    [
      { LOOM_FILES_DURABILITY: 'never' },
      'LOOM_FILES_DURABILITY: files.durability must be one of os, interval, always, not "never"',
    ],
  ])('the error for %j names the variable and the key', (environment, message) => {
    expect(errorOf(() => load([], environment))).toBe(message);
  });
});

describe('a wrong setting in a file', () => {
  it.each([
    ['prot: 1', 'unknown key "prot"; allowed are port, host, store, tokens'],
    ['limits: {byte: 1}', 'unknown key "limits.byte"; limits takes bytesPerStream, streams, metadataBytes'],
    ['port: "1"', 'port must be an integer from 0 to 65535, not "1"'],
    ['port: 65536', 'port must be an integer from 0 to 65535, not 65536'],
    ['port: 1.5', 'port must be an integer from 0 to 65535, not 1.5'],
    ['port: [1]', 'port must be an integer from 0 to 65535, not a list'],
    ['host: {a: b}', 'host must be a host name or an IP address, not a map'],
    ['allowAnonymous: yes', 'allowAnonymous must be true or false, not "yes"'],
    ['producerGrace: 30', 'producerGrace must be a duration from 0s to 36500d'],
    ['retention: {maxAge: never}', 'retention.maxAge must be a duration from 1s to 36500d'],
    ['stopTimeout: off', 'stopTimeout must be a duration from 0s to 24d'],
    // Node's timers would fire at once.
    ['http: {consumerTimeout: 25d}', 'http.consumerTimeout must be a duration from 1s to 24d'],
    ['limits: {bytesPerStream: 10GB}', 'limits.bytesPerStream must be a size from 1B to 8191TiB'],
    ['limits: {bytesPerStream: 9000TiB}', 'limits.bytesPerStream must be a size from 1B to 8191TiB'],
    ['limits: 5', 'limits must be a map of settings: bytesPerStream'],
    ['- port', 'it must be a map of settings: port, host'],
    ['just words', 'it must be a map of settings: port, host'],
    ['__proto__: {port: 1}', 'unknown key "__proto__"'],
    ['constructor: {prototype: {x: 1}}', 'unknown key "constructor"'],
    ['limits: {toString: 1}', 'unknown key "limits.toString"'],
    ['port: 1\nport: 2', 'is not valid YAML: duplicated mapping key (line 2)'],
    ['port: [1', 'is not valid YAML: unexpected end of the stream'],
    ['port: 1\n---\nport: 2', 'is not valid YAML: expected a single document'],
    ['a: !!js/function x', 'is not valid YAML: unknown'],
    [
      'limits: {headerBytes: 16KiB}',
      'limits.headerBytes (16384 bytes) must be more than limits.metadataBytes (16384)',
    ],
    [
      'limits: {appendBytes: 2MiB, gatheredBytes: 1MiB}',
      'limits.gatheredBytes (1048576 bytes) must not be less than limits.appendBytes (2097152)',
    ],
    [
      'redis: {patience: 1s}',
      'redis.patience (1000 ms) must not be shorter than redis.commandTimeout (5000 ms)',
    ],
  ])('the file %j is refused with the allowed values', (text, message) => {
    const path = file('wrong.yaml', text);
    const error = errorOf(() => load(['-c', path]));
    expect(error).toContain(message);
    // What two settings disagree about may come from two files.
    if (!message.includes(' ms) ') && !message.includes('bytes) ')) expect(error).toMatch(`${path}: `);
    expect(Object(error).port).toBeUndefined();
  });

  it('the error for the second of two files names the second', () => {
    const good = file('good.yaml', 'port: 1');
    const bad = file('bad.yaml', 'port: x');
    expect(errorOf(() => load(['-c', good, '-c', bad]))).toMatch(`${bad}: port must be`);
  });

  it('a file of nested aliases is refused at once', () => {
    const levels = 'bcdefghij'.split('').map((name, i) => {
      const above = String.fromCharCode(name.charCodeAt(0) - 1);
      return `${name}: &${name} [${Array(9).fill(`*${above}`).join(', ')}]${i === 8 ? '\ntokens: *j' : ''}`;
    });
    const path = file('laughs.yaml', `a: &a [ha, ha]\n${levels.join('\n')}\n`);
    expect(errorOf(() => load(['-c', path]))).toContain('aliases exceeded');
  });

  it('a key __proto__ does not change any prototype', () => {
    errorOf(() => load(['-c', file('evil.yaml', 'limits: {__proto__: {polluted: 1}}')]));
    expect(Object({}).polluted).toBeUndefined();
  });

  it('the error for a missing file names it', () => {
    const path = join(dir, 'missing.yaml');
    expect(errorOf(() => load(['-c', path]))).toMatch(`${path}: cannot be read: ENOENT`);
  });
});

describe('tokens', () => {
  const tokens = (text: string) => load(['-c', file('tokens.yaml', `tokens: ${text}`)]).tokens;

  it('tokens are strings or maps with limits', () => {
    const digest = 'AB'.repeat(32);
    const entries = `[a, {token: b, scopes: [spy, produce], prefix: build-}, {sha256: ${digest}}]`;
    expect(tokens(entries)).toEqual([
      'a',
      { token: 'b', scopes: ['produce', 'spy'], prefix: 'build-' },
      { sha256: digest.toLowerCase() },
    ]);
    expect(tokens('[{token: a, name: ci, expires: 2027-01-31T18:00:00+01:00}]')).toEqual([
      { token: 'a', name: 'ci', expires: Date.UTC(2027, 0, 31, 17) },
    ]);
  });

  it.each([
    ['a', 'tokens must be a list of tokens'],
    ['[12345]', 'tokens[0] must be a string (in quotes if it looks like a number)'],
    ['[ok, ""]', 'tokens[1] must be a string of visible ASCII characters'],
    ['["with space"]', 'tokens[0] must be a string of visible ASCII characters'],
    ['[{scopes: [spy]}]', 'tokens[0] must have either token or sha256'],
    [`[{token: a, sha256: ${'0'.repeat(64)}}]`, 'tokens[0] must have either token or sha256'],
    ['[{sha256: abc}]', 'tokens[0].sha256 must be 64 hex digits'],
    [
      '[{token: a, scopes: [admin]}]',
      'tokens[0].scopes must be a list of one or more of produce, consume, spy, delete, relay',
    ],
    ['[{token: a, scopes: []}]', 'tokens[0].scopes must be a list of one or more of'],
    ['[{token: a, scopes: spy}]', 'tokens[0].scopes must be a list of one or more of'],
    [
      '[{token: a, scope: [spy]}]',
      'tokens[0] has the unknown key "scope"; allowed are token, sha256, name, scopes, prefix, expires, bytesPerSecond, streams, connections',
    ],
    ['[{token: a, prefix: ""}]', 'tokens[0].prefix must be a string'],
    ['[{token: a, streams: 0}]', 'tokens[0].streams must be an integer from 1 to'],
    ['[{token: a, bytesPerSecond: 1B}]', 'tokens[0].bytesPerSecond must be a size from 1KiB to'],
    ['[{token: a, name: ""}]', 'tokens[0].name must be a string of 1 to 100'],
    ['[{token: a, expires: 2027-01-31}]', 'tokens[0].expires must be a time with its zone'],
    ['[{token: a, expires: 2027-13-31T00:00:00Z}]', 'tokens[0].expires must be a time with its zone'],
    ['[{token: a, __proto__: {}}]', 'tokens[0] has the unknown key "__proto__"'],
  ])('the tokens %s are refused', (text, message) => {
    expect(errorOf(() => tokens(text))).toContain(message);
  });

  it('no error quotes a token or the URL of a store', () => {
    const secret = 'hunter2-hunter2';
    const errors = [
      errorOf(() => tokens(`${secret}`)),
      errorOf(() => tokens(`["${secret} "]`)),
      errorOf(() => tokens(`[{token: ${secret}, sha256: ${secret}}]`)),
      errorOf(() => load(['-c', file('s.yaml', `store: "redis //:${secret}@h"`)])),
      errorOf(() => load(['-c', file('s.yaml', `tokens:\n  - ${secret}\n - oops: [`)])),
      errorOf(() => load(['--store', `redis //:${secret}@h`])),
    ];
    expect(errors.filter((error) => error.includes(secret))).toEqual([]);
  });
});

describe('a server without tokens', () => {
  it.each(['127.0.0.1', '127.8.9.10', 'localhost', '::1'])(
    'a server without tokens may listen on %s',
    (host) => {
      expect(load(['--host', host]).host).toBe(host);
    },
  );

  it.each(['0.0.0.0', '::', '192.168.1.5', 'example.org', '127.0.0.1.example.org'])(
    'a server without tokens may not listen on %s',
    (host) => {
      expect(errorOf(() => load(['--host', host]))).toBe(
        `Without tokens, every client that reaches ${host} could read, write and delete all streams. ` +
          'Set tokens (LOOM_TOKENS) or tokensDir, listen on 127.0.0.1, or set allowAnonymous: true (LOOM_ALLOW_ANONYMOUS)',
      );
    },
  );

  it('a server may listen anywhere with tokens or with allowAnonymous', () => {
    expect(load(['--host', '0.0.0.0'], { LOOM_TOKENS: 't' }).host).toBe('0.0.0.0');
    expect(load(['--host', '0.0.0.0'], { LOOM_TOKENS_DIR: '/tokens' }).tokensDir).toBe('/tokens');
    expect(load(['--host', '0.0.0.0'], { LOOM_ALLOW_ANONYMOUS: 'true' }).host).toBe('0.0.0.0');
  });
});

it('configFrom accepts settings as a YAML file holds them', () => {
  expect(configFrom({ port: 0, store: 'memory:', live: { heartbeat: '1s' } })).toMatchObject({
    port: 0,
    store: 'memory:',
    live: { heartbeat: 1_000, partialAfter: 200 },
  });
  expect(errorOf(() => configFrom({ port: 'x' }))).toBe(
    'settings: port must be an integer from 0 to 65535, not "x"',
  );
});
