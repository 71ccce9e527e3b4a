import { setTimeout as delay } from 'node:timers/promises';
import { BlockingReader, type StreamSubscription } from '../../src/redis/blocking-reader';
import { Connections } from '../../src/redis/connections';
import { parseRedisUrl } from '../../src/redis/url';
import { withRedis } from '../storage/redis/with-redis';
import { CONNECTION } from '../support/open-stores';

describe('BlockingReader', () => {
  it('a stream that is added while a read is being ended is read at once', () =>
    withRedis(async ({ redis, admin }) => {
      const connections = await Connections.open(parseRedisUrl(redis.url), CONNECTION);
      const reader = new BlockingReader(connections, CONNECTION, 'first', { entriesMax: 16 });
      try {
        const reads = watchReads(connections);
        const answer = delayUnblock(connections);
        const delivered: string[] = [];
        const stream = (key: string): StreamSubscription => ({
          key,
          after: '0-0',
          deliver: () => delivered.push(key),
        });
        reader.add(stream('first'));
        await until(() => reads() === 1);
        reader.add(stream('second'));
        await until(() => reads() === 2);
        reader.add(stream('third'));
        answer();
        await admin.xadd('third', '*', 'a', 'b');
        const before = performance.now();
        await until(() => delivered.length > 0);
        expect(delivered).toEqual(['third']);
        // Sooner than a read ends by itself.
        expect(performance.now() - before).toBeLessThan(4_000);
      } finally {
        reader.close();
        connections.close();
      }
    }));
});

/** @returns the number of reads sent so far */
function watchReads(connections: Connections): () => number {
  const blocking = connections.openBlocking.bind(connections);
  let count = (): number => 0;
  connections.openBlocking = async (partition) => {
    const redis = await blocking(partition);
    const spy = jest.spyOn(redis, 'xreadBuffer');
    count = () => spy.mock.calls.length;
    return redis;
  };
  return () => count();
}

/** The answer to UNBLOCK may come later than that of the read which it ended, as they come by different connections. */
function delayUnblock(connections: Connections): () => void {
  const unblock = connections.unblock.bind(connections);
  let answer = (): void => {};
  const answered = new Promise<void>((resolve) => {
    answer = resolve;
  });
  connections.unblock = async (connection, clientId) => {
    const ended = await unblock(connection, clientId);
    // One that came too early to end the read is asked for again.
    await Promise.race([answered, delay(100)]);
    return ended;
  };
  return answer;
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(1);
}
