import { parseLogId } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import { partitionOf } from '../../../src/redis/partitions';
import { lifecycleKey } from '../../../src/storage/redis/schema/keys';
import { infoOf } from '../../contract/logs';
import { type Surroundings, withRedis } from './with-redis';

const ID = parseLogId('watched');
const KEY = lifecycleKey(partitionOf(ID));

/**
 * Cuts a node off from Redis, usually after it has heard of a log, and runs `meanwhile`.
 * @param last what it hears last
 * @param hearsFirst whether it has heard of the log before
 * @returns all that it hears: the kinds of events, and `missed`
 */
async function heardAfterAbsence(
  { open, openByProxy }: Surroundings,
  meanwhile: (other: LogStore) => Promise<unknown>,
  last: string,
  hearsFirst = true,
): Promise<readonly string[]> {
  const other = await open();
  const { store, proxy } = await openByProxy();
  const heard: string[] = [];
  let wake = (): void => {};
  const hear = (what: string): void => {
    heard.push(what);
    wake();
  };
  const hasHeard = async (what: string): Promise<void> => {
    while (!heard.includes(what)) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  store.lifecycle(
    ({ kind }) => hear(kind),
    () => hear('missed'),
  );
  if (hearsFirst) {
    await other.create(ID, { contentType: 'text/plain' }, 'new');
    await hasHeard('created');
  }
  heard.length = 0;
  proxy.mode('hold');
  await meanwhile(other);
  proxy.cut();
  proxy.mode('pass');
  await hasHeard(last);
  return heard;
}

async function remove(other: LogStore): Promise<void> {
  const { id, generation } = await infoOf(other, ID);
  await other.change({ id, generation }, { kind: 'remove', outcome: { kind: 'deleted' } });
}

describe('a node that was cut off from Redis', () => {
  it('hears of what happened meanwhile', () =>
    withRedis(async (redis) => {
      expect(await heardAfterAbsence(redis, remove, 'ended')).toEqual(['ended']);
    }));

  it('is told that it has missed events which were trimmed', () =>
    withRedis(async (redis) => {
      const removeUnheard = async (other: LogStore): Promise<void> => {
        await remove(other);
        await other.create(ID, { contentType: 'text/plain' }, 'new');
        await redis.admin.xtrim(KEY, 'MAXLEN', 1);
      };
      const heard = await heardAfterAbsence(redis, removeUnheard, 'missed');
      expect(heard).toEqual(['created', 'missed']);
    }));

  it('is told that it has missed events which Redis has lost', () =>
    withRedis(async (redis) => {
      const heard = await heardAfterAbsence(redis, () => redis.admin.del(KEY), 'missed');
      expect(heard).toEqual(['missed']);
    }));

  it('is told of trimmed events also if there were none when it started', () =>
    withRedis(async (redis) => {
      const comeAndGo = async (other: LogStore): Promise<void> => {
        await other.create(ID, { contentType: 'text/plain' }, 'new');
        await remove(other);
        await other.create(ID, { contentType: 'text/plain' }, 'new');
        await redis.admin.xtrim(KEY, 'MAXLEN', 1);
      };
      expect(await heardAfterAbsence(redis, comeAndGo, 'missed', false)).toEqual(['created', 'missed']);
    }));
});
