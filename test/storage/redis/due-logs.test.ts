import type { LogRef } from '../../../src/core/log/log';
import { type JanitorEvent, type JanitorOptions, sweep } from '../../../src/core/store/janitor';
import { partitionOf } from '../../../src/redis/partitions';
import { expiringKey, factsKey, overdueKey, sealedKey } from '../../../src/storage/redis/schema/keys';
import { createOpenLog } from '../../contract/commits';
import { createLog, seal } from '../../contract/logs';
import { type Surroundings, withRedis } from './with-redis';

const HOUR = 3_600_000;

type MaxAge = Pick<JanitorOptions, 'maxAgeMs'>;
type Store = Awaited<ReturnType<Surroundings['open']>>;

async function overdue(store: Store): Promise<LogRef> {
  const { log, epoch } = await createLog(store);
  return store.change(log, { kind: 'release', epoch, state: 'interrupted' });
}

async function sealed(store: Store): Promise<LogRef> {
  return seal(store, await createLog(store));
}

function expiring(store: Store): Promise<LogRef> {
  return createOpenLog(store, { expiry: { kind: 'idle', ttlMs: HOUR } });
}

describe.each([
  ['overdue', overdue, overdueKey, 'abandoned', {}],
  ['sealed', sealed, sealedKey, 'expired', { maxAgeMs: 1 }],
  ['expired', expiring, expiringKey, 'expired', {}],
] as const)('unreadable %s logs', (_, make, keyOf, done, maxAge) => {
  it.each([
    [
      'facts that lack a field',
      (admin: Surroundings['admin'], key: string) => admin.hdel(key, 'contentType'),
    ],
    ['facts of another type', (admin: Surroundings['admin'], key: string) => admin.set(key, 'x')],
  ])('logs with %s do not block the sweep of later logs', (_what, spoil) =>
    withRedis(async ({ admin, open }) => {
      const warn = jest.fn();
      const store = await open({ warn });
      for (let i = 0; i < 70; i += 1) await spoil(admin, factsKey((await make(store)).id));
      const good = [await make(store), await make(store)];
      await admin.config('SET', 'maxmemory', 1);
      const now = Date.now() + 3 * HOUR;
      for (let round = 0; round < 2; round += 1) {
        const events = await swept(store, now, maxAge);
        const ended = events.map((event) => `${event.kind} ${'log' in event && event.log.id}`);
        expect(ended.sort()).toEqual(round === 0 ? good.map(({ id }) => `${done} ${id}`).sort() : []);
      }
      expect(warn.mock.calls.filter(([, details]) => details?.log !== undefined)).toHaveLength(70);
    }),
  );

  it('a repaired log is swept an hour later', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const log = await make(store);
      const contentType = (await admin.hget(factsKey(log.id), 'contentType')) ?? '';
      await admin.hdel(factsKey(log.id), 'contentType');
      const now = Date.now() + 3 * HOUR;
      expect(await swept(store, now, maxAge)).toEqual([]);
      expect(await admin.zscore(keyOf(partitionOf(log.id)), log.id)).not.toBeNull();
      await admin.hset(factsKey(log.id), 'contentType', contentType);
      expect(await swept(store, now, maxAge)).toEqual([]);
      expect(await swept(store, now + 2 * HOUR, maxAge)).toMatchObject([{ kind: done, log: { id: log.id } }]);
    }));
});

describe('logs with an extended expiry', () => {
  it('logs whose expiry was extended do not block later logs that have expired', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      for (let i = 0; i < 70; i += 1) {
        const { id } = await expiring(store);
        await admin.zadd(expiringKey(partitionOf(id)), 1, id);
      }
      const gone = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: 1 } });
      while ((await store.info(gone.id)) !== undefined);
      const due = await store.due({ kind: 'expired', now: Date.now() + HOUR / 2 }, 32);
      expect(due.map(({ id }) => id)).toEqual([gone.id]);
    }));
});

async function swept(store: Store, now: number, maxAge: MaxAge): Promise<JanitorEvent[]> {
  const events: JanitorEvent[] = [];
  const report = (event: JanitorEvent): unknown => events.push(event);
  await sweep(store, { ...maxAge, report }, new AbortController().signal, now);
  return events;
}
