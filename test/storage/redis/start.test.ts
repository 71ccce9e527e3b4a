import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { parseRedisUrl } from '../../../src/redis/url';
import { createLogOf, expectCode, textOf } from '../../contract/logs';
import { openRedisStore } from '../../support/open-stores';
import { withRedis } from './with-redis';

describe('the start of a store on Redis', () => {
  it('a start refuses a Redis that may evict logs and names the remedy', () =>
    withRedis(
      async ({ redis, admin, open }) => {
        await expect(openRedisStore(redis.url)).rejects.toThrow(
          /maxmemory-policy is allkeys-lru.*CONFIG SET maxmemory-policy noeviction/,
        );
        const warnings: string[] = [];
        await open({ allowEviction: true, warn: (message) => warnings.push(message) });
        expect(warnings).toContainEqual(expect.stringContaining('allkeys-lru'));
        await admin.config('SET', 'maxmemory-policy', 'volatile-lru');
        await open();
      },
      { args: ['--maxmemory-policy', 'allkeys-lru'] },
    ));

  it('a start warns of a Redis without persistence', () =>
    withRedis(async ({ open }) => {
      const warnings: string[] = [];
      await open({ warn: (message) => warnings.push(message) });
      expect(warnings).toEqual([expect.stringMatching(/keeps nothing on disk/)]);
    }));

  it.each([{ persistence: 'everysec' as const }, { args: ['--save', '3600 1'] }])(
    'a start does not warn of a persistent Redis: %j',
    (options) =>
      withRedis(async ({ open }) => {
        const warnings: string[] = [];
        await open({ warn: (message) => warnings.push(message) });
        expect(warnings).toEqual([]);
      }, options),
  );

  it('a start without CONFIG succeeds and warns of the unchecked setting', () =>
    withRedis(async ({ redis, admin }) => {
      await admin.call('ACL', 'SETUSER', 'loom', 'on', '>p@ss word', '~*', '&*', '+@all', '-config');
      const warnings: string[] = [];
      const url = `redis://loom:${encodeURIComponent('p@ss word')}@127.0.0.1:${redis.port}`;
      const store = await openRedisStore(url, { warn: (message) => warnings.push(message) });
      expect(await textOf(store, (await createLogOf(store, 'abc')).log)).toBe('abc');
      await store.close();
      expect(warnings).toEqual([expect.stringMatching(/make sure that it is noeviction/)]);
    }));

  it('a start refuses a user without RENAME', () =>
    withRedis(async ({ redis, admin }) => {
      await admin.call('ACL', 'SETUSER', 'loom', 'on', '>secret', '~*', '&*', '+@all', '-rename');
      await expect(openRedisStore(`redis://loom:secret@127.0.0.1:${redis.port}`)).rejects.toThrow(
        'Redis has to allow its user EVAL and RENAME',
      );
    }));

  it('a start refuses a database that Redis does not have', () =>
    withRedis(async ({ redis }) => {
      await expect(openRedisStore(`${redis.url}/99`)).rejects.toThrow('Redis has no database 99');
    }));

  it('two databases of one Redis are separate stores', () =>
    withRedis(async ({ redis, open }) => {
      const [first, second] = [await open(), await openRedisStore(`${redis.url}/1`)];
      const { log } = await createLogOf(first, 'abc');
      expect(await second.info(log.id)).toBeUndefined();
      await second.close();
    }));

  it('a start refuses a Redis with another number of partitions', () =>
    withRedis(async ({ redis, admin }) => {
      await admin.set('loom:partitions', 32);
      await expect(openRedisStore(redis.url)).rejects.toThrow(/32 partitions/);
    }));

  it('a start fails with address and cause, but without the password, if the port is closed', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const opening = openRedisStore(`redis://user:secret@127.0.0.1:${port}`, { commandTimeout: 500 });
    await expectCode(opening, 'STORE_UNAVAILABLE');
    await expect(opening).rejects.toThrow(/127\.0\.0\.1.*ECONNREFUSED/);
    await expect(opening).rejects.not.toThrow(/secret/);
  });

  it('a start reports a wrong password', () =>
    withRedis(async ({ redis, admin }) => {
      await admin.config('SET', 'requirepass', 'right');
      const opening = openRedisStore(`redis://:wrong@127.0.0.1:${redis.port}`, { commandTimeout: 500 });
      await expect(opening).rejects.toThrow(/WRONGPASS/);
    }));
});

describe('a Redis URL', () => {
  it.each([
    ['redis://h', { kind: 'single', tls: false, address: { host: 'h', port: 6379 }, db: 0 }],
    [
      'rediss://u:p%40:x@h:1/3',
      { kind: 'single', tls: true, username: 'u', password: 'p@:x', address: { host: 'h', port: 1 }, db: 3 },
    ],
    [
      'redis://:p@[::1]:7',
      { kind: 'single', tls: false, password: 'p', address: { host: '::1', port: 7 }, db: 0 },
    ],
    [
      'redis+sentinel://h1,h2:7/mymaster/2',
      {
        kind: 'sentinel',
        tls: false,
        sentinels: [
          { host: 'h1', port: 26379 },
          { host: 'h2', port: 7 },
        ],
        master: 'mymaster',
        db: 2,
      },
    ],
    [
      'redis+cluster://h1:1,h2:2',
      {
        kind: 'cluster',
        tls: false,
        nodes: [
          { host: 'h1', port: 1 },
          { host: 'h2', port: 2 },
        ],
      },
    ],
  ])('the URL %s is parsed', (url, target) => {
    expect(parseRedisUrl(url)).toEqual(target);
  });

  it.each([
    'http://h',
    'redis://',
    'redis://h:99999',
    'redis://h/one',
    'redis://h/1/2',
    'redis://h1,h2',
    'redis://u:%zz@h',
    'redis+sentinel://h1',
    'redis+cluster://h1/2',
  ])('the URL %s is refused with a sentence', (url) => {
    expect(() => parseRedisUrl(url)).toThrow(/Redis/);
  });
});
