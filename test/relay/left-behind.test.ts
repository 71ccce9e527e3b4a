import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { eventually } from '../faults/eventually';
import { Call } from './call';
import { deploy } from './deployments';

describe('the entries of a killed node in Redis', () => {
  let redis: Redis;
  // Before its server stops.
  afterAll(() => redis.disconnect());
  const site = deploy(
    'httpipe',
    { name: '', store: 'redis', nodes: 2, alone: false },
    'relay: {nodeLease: 3s}',
  );
  beforeAll(() => {
    redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
  });

  it('entries of a killed node expire, while channels with waiting requests stay', async () => {
    const [doomed, alive] = site.nodes();
    const [namespace, lonely] = [randomUUID(), randomUUID()];
    const consumers = ['a', 'b'].map((name) => new Call(`${doomed?.url}/channels/${namespace}/${name}`));
    consumers.push(new Call(`${doomed?.url}/channels/${lonely}/c`));
    consumers.push(new Call(`${alive?.url}/channels/${namespace}/living`));
    const [namespaces, channels] = ['hp-namespaces', `hp-channels:${namespace}`].map(
      (name) => `loom:{relay}:${name}`,
    );
    if (namespaces === undefined || channels === undefined) throw new Error('there are two keys');
    await eventually('all wait', async () => (await redis.keys('loom:{relay}:hp:*')).length === 4);
    await doomed?.kill('SIGKILL');

    const keys = await redis.keys('loom:{relay}:hp*');
    const left = await Promise.all(keys.map((key) => redis.pttl(key)));
    expect(keys).toHaveLength(7);
    expect(left.filter((ms) => ms <= 0)).toEqual([]);

    // As if that time had passed.
    const overdue = async (key: string, ...names: readonly string[]): Promise<void> => {
      for (const name of names) await redis.zadd(key, 1, name);
    };
    await overdue(namespaces, namespace, lonely);
    await overdue(channels, 'a', 'b', 'living');
    await eventually('the living one has looked', async () => (await redis.zcard(channels)) === 1);
    expect(await redis.zrange(channels, '0', '-1')).toEqual(['living']);
    expect(await redis.zrange(namespaces, '0', '-1')).toEqual([namespace]);
    await Promise.all(consumers.map((consumer) => consumer.leave()));
  });
});
