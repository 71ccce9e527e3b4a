import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../../../src/core/log/log';
import { type JanitorEvent, sweep } from '../../../src/core/store/janitor';
import type { LogStore } from '../../../src/core/store/store';
import { createLog, infoOf, seal } from '../../contract/logs';
import { IMPATIENT_MS } from './impatient';
import { withRedis } from './with-redis';

const GRACE_MS = IMPATIENT_MS;

describe('the grace period of a producer', () => {
  it('the grace period starts again when no server was running', () =>
    withRedis(async ({ open }) => {
      const before = await open();
      const log = await interrupted(before, GRACE_MS);
      await before.close();
      await delay(GRACE_MS + 100);
      const after = await open();
      expect(await swept(after)).toEqual([]);
      expect((await infoOf(after, log.id)).state).toBe('interrupted');
      await delay(GRACE_MS + 100);
      expect(await swept(after)).toMatchObject([{ kind: 'abandoned', log: { id: log.id } }]);
    }));

  it('the grace period starts again when Redis was away for longer than a lease', () =>
    withRedis(async ({ redis, open }) => {
      const store = await open({ nodeLease: GRACE_MS / 2 });
      const log = await interrupted(store, GRACE_MS);
      await redis.kill('SIGSTOP');
      await delay(GRACE_MS + 100);
      await redis.kill('SIGCONT');
      expect(await swept(store)).toEqual([]);
      expect((await infoOf(store, log.id)).state).toBe('interrupted');
    }));

  it('the grace period continues when another server starts', () =>
    withRedis(async ({ open }) => {
      const log = await interrupted(await open(), 1);
      await delay(10);
      expect(await swept(await open())).toMatchObject([{ kind: 'abandoned', log: { id: log.id } }]);
    }));

  it('the grace period and the age of sealed logs are measured by the clock of Redis', () =>
    withRedis(async ({ open }) => {
      const store = await open();
      const log = await interrupted(store, 60_000);
      const ended = await createLog(store);
      await seal(store, ended);
      const present = Date.now;
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => present() + 3_600_000);
      try {
        expect(await swept(store, 600_000)).toEqual([]);
        const now = Date.now();
        await store.change(log, { kind: 'abandon', now, reason: 'too early' });
        const sealedBefore = now - 600_000;
        await store.change(ended.log, { kind: 'remove', outcome: { kind: 'expired' }, sealedBefore });
      } finally {
        clock.mockRestore();
      }
      expect((await infoOf(store, log.id)).state).toBe('interrupted');
      expect((await infoOf(store, ended.log.id)).state).toBe('closed');
    }));
});

describe('a node whose clock was set back', () => {
  it('the janitor still abandons overdue logs and removes old and expired ones', () =>
    withRedis(async ({ open }) => {
      const store = await open();
      const log = await interrupted(store, 1);
      const ended = await createLog(store);
      await seal(store, ended);
      const expiring = await createLog(store, { expiry: { kind: 'idle', ttlMs: 1 } });
      const present = Date.now;
      const clock = jest.spyOn(Date, 'now').mockImplementation(() => present() - 3_600_000);
      try {
        const kinds: string[] = [];
        // How long Redis takes to answer makes things due a little later.
        while (kinds.length < 2) kinds.push(...(await swept(store)).map(({ kind }) => kind));
        expect(kinds.sort()).toEqual(['abandoned', 'expired']);
        expect((await infoOf(store, log.id)).state).toBe('closed');
        expect(await store.info(expiring.log.id)).toBeUndefined();
        while ((await store.info(ended.log.id)) !== undefined) await swept(store, 1);
      } finally {
        clock.mockRestore();
      }
    }));
});

async function interrupted(store: LogStore, graceMs: number): Promise<LogRef> {
  const { log, epoch } = await createLog(store, { graceMs });
  return store.change(log, { kind: 'release', epoch, state: 'interrupted' });
}

async function swept(store: LogStore, maxAgeMs?: number): Promise<JanitorEvent[]> {
  const events: JanitorEvent[] = [];
  const options = { report: (event: JanitorEvent) => events.push(event) };
  await sweep(
    store,
    { ...options, ...(maxAgeMs !== undefined && { maxAgeMs }) },
    new AbortController().signal,
  );
  return events;
}
