import { once } from 'node:events';
import { Redis } from 'ioredis';
import { Connections } from '../../src/redis/connections';
import { Link } from '../../src/redis/link';
import { encodeCommand } from '../../src/redis/resp/wire-command';
import { parseRedisUrl } from '../../src/redis/url';
import { eventually } from '../faults/eventually';
import { type Surroundings, withRedis } from '../storage/redis/with-redis';
import { CONNECTION } from '../support/open-stores';
import { startRedisServer } from '../support/redis-server';
import { startTcpSwitch } from '../support/tcp-switch';

const TIMEOUT_MS = 1_500;

describe('Link', () => {
  it('each command gets its reply, in order', () =>
    withLink(async (link) => {
      const answers = [
        link.send(encodeCommand('SET', 'name', 'Bärlauch')),
        link.send(encodeCommand('GET', 'name')),
        link.send(encodeCommand('GET', 'nothing')),
        link.send(encodeCommand('STRLEN', 'name')),
      ];
      const [stored, got, nothing, length] = await Promise.all(answers);
      expect([stored, String(got), nothing, length]).toEqual(['OK', 'Bärlauch', null, 9]);
    }));

  it('a refused command throws, and the next one succeeds', () =>
    withLink(async (link) => {
      await link.send(encodeCommand('SET', 'text', 'a'));
      const refused = link.send(encodeCommand('INCR', 'text'));
      const next = link.send(encodeCommand('GET', 'text'));
      await expect(refused).rejects.toMatchObject({ name: 'ReplyError', message: /not an integer/ });
      expect(String(await next)).toBe('a');
    }));

  it('a transaction returns a reply per command, or throws the error that discarded it', () =>
    withLink(async (link) => {
      const replies = await link.transact([
        encodeCommand('SET', 'a', '1'),
        encodeCommand('LPUSH', 'a', 'x'),
        encodeCommand('INCR', 'a'),
      ]);
      expect(replies).toEqual(['OK', expect.objectContaining({ name: 'ReplyError' }), 2]);
      await expect(
        link.transact([encodeCommand('SET', 'a', '9'), encodeCommand('NONSENSE')]),
      ).rejects.toThrow("unknown command 'NONSENSE'");
      expect(String(await link.send(encodeCommand('GET', 'a')))).toBe('2');
    }));

  it('a lost connection fails the waiting command and all later ones', () =>
    withLink(async (link, { admin }) => {
      const waiting = link.send(encodeCommand('BLPOP', 'never', '0'));
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await expect(waiting).rejects.toThrow('lost');
      expect(link.isOpen).toBe(false);
      await expect(link.send(encodeCommand('PING'))).rejects.toThrow('lost');
    }));

  it('a link closes when Redis stops answering', () =>
    withLink(async (link, { redis }) => {
      await redis.kill('SIGSTOP');
      await expect(link.send(encodeCommand('PING'))).rejects.toThrow('lost');
      expect(link.isOpen).toBe(false);
    }));

  it('an idle link is not closed by the idle timeout of Redis', () =>
    withLink(async (link, { redis, admin }) => {
      const quiet = new Redis({ port: redis.port, retryStrategy: () => null });
      await quiet.ping();
      // In seconds: far longer than from one ping of the link to the next.
      await admin.config('SET', 'timeout', 5);
      await once(quiet, 'end');
      expect(link.isOpen).toBe(true);
      expect(String(await link.send(encodeCommand('PING')))).toBe('PONG');
    }));

  it('a link stays open as long as Redis answers', () =>
    withLink(async (link) => {
      const asked = performance.now();
      while (performance.now() - asked < 3 * TIMEOUT_MS) await link.send(encodeCommand('PING'));
      expect(link.isOpen).toBe(true);
    }));
});

describe('the link of a connection', () => {
  it('a link is created once, and ends with its connection', () =>
    withConnections(async (connections) => {
      const [one, other] = await Promise.all([connections.link(0), connections.link(1)]);
      expect(one).toBe(other);
      expect(connections.existingLink(2)).toBe(one);
      const [master] = connections.masters();
      const closed = once(one.socket, 'close');
      master?.stream.destroy();
      await closed;
      expect(connections.existingLink(0)).toBeUndefined();
    }));

  it('a lost link is created again, and leaves no listener', () =>
    withConnections(async (connections) => {
      const stream = connections.masters()[0]?.stream;
      await connections.link(0);
      const listeners = stream?.listenerCount('close');
      for (let round = 0; round < 5; round += 1) {
        const link = await connections.link(0);
        link.close();
        await expect(link.send(encodeCommand('PING'))).rejects.toThrow('lost');
      }
      expect((await connections.link(0)).isOpen).toBe(true);
      expect(stream?.listenerCount('close')).toBe(listeners);
    }));

  it('no link is created for a connection that is lost meanwhile', () =>
    withConnections(async (connections) => {
      const connect = connections.connect.bind(connections);
      const making = jest.spyOn(connections, 'connect').mockImplementation(async (key) => {
        const own = await connect(key);
        const info = own.info.bind(own);
        // It answers, and is lost before the other connection has answered.
        jest.spyOn(own, 'info').mockImplementation(async () => {
          const answer = await info('server');
          own.stream.destroy();
          await once(own, 'end');
          return answer;
        });
        return own;
      });
      await expect(connections.link(0)).rejects.toThrow('lost');
      making.mockRestore();
      expect(String(await (await connections.link(0)).send(encodeCommand('PING')))).toBe('PONG');
    }));

  it('no link is created to another Redis after the address has moved', () =>
    withRedis(async ({ redis }) => {
      const other = await startRedisServer();
      const address = await startTcpSwitch(redis.port);
      const connections = await Connections.open(
        parseRedisUrl(`redis://127.0.0.1:${address.port}`),
        CONNECTION,
      );
      try {
        address.to(other.port);
        await expect(connections.link(0)).rejects.toThrow('failed over');
        // Every connection now leads to the new server.
        await eventually('there is a link', async () => (await connections.link(0)).isOpen);
        await (await connections.link(0)).send(encodeCommand('SET', 'name', 'value'));
        expect(await connections.masters()[0]?.get('name')).toBe('value');
      } finally {
        connections.close();
        await address.close();
        await other.stop();
      }
    }));
});

function withConnections(test: (connections: Connections) => Promise<void>): Promise<void> {
  return withRedis(async ({ redis }) => {
    const connections = await Connections.open(parseRedisUrl(redis.url), CONNECTION);
    try {
      await test(connections);
    } finally {
      connections.close();
    }
  });
}

function withLink(test: (link: Link, surroundings: Surroundings) => Promise<void>): Promise<void> {
  return withRedis(async (surroundings) => {
    const connection = new Redis({ port: surroundings.redis.port, protocol: 2, retryStrategy: () => null });
    connection.on('error', () => {});
    await connection.ping();
    try {
      await test(Link.adopt(connection, TIMEOUT_MS), surroundings);
    } finally {
      connection.disconnect();
    }
  });
}
