import { setTimeout as delay } from 'node:timers/promises';
import { START } from '../../../src/core/offset';
import type { LogStore } from '../../../src/core/store';
import { expiringKey, partitionOf } from '../../../src/storage/redis/keys';
import { commit, createOpenLog } from '../../contract/commits';
import { at, bytes, createLog, expectCode, infoOf, textOf } from '../../contract/logs';
import { withRedis } from './with-redis';

describe('a log in Redis that expires', () => {
  it('lives as long as its writer appends, and takes nothing from it afterwards', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLog(store, { expiry: { kind: 'idle', ttlMs: 400 } });
      const { id } = writer.log;
      const first = (await infoOf(store, id)).expiresAt ?? 0;
      let tail = START;
      while (Date.now() < first + 100) {
        tail = await store.append(writer, tail, bytes('.'));
        await delay(20);
      }
      expect(await infoOf(store, id)).toMatchObject({ state: 'open', tail });
      // The janitor finds it by the time at which it would have ended, and learns of the appends.
      expect(await store.due({ kind: 'expired', now: Date.now() }, 10)).toEqual([]);
      const score = Number(await admin.zscore(expiringKey(partitionOf(id)), id));
      expect(score).toBe((await infoOf(store, id)).expiresAt);
      await untilAbsent(store, id);
      await expectCode(store.append(writer, tail, bytes('late')), 'LOG_GONE');
      expect((await store.due({ kind: 'expired', now: Date.now() }, 10)).map((log) => log.id)).toEqual([id]);
    }));

  it('is gone for a node that has read it before, and was told nothing since', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const log = await createOpenLog(a, {
        expiry: { kind: 'at', at: Date.now() + 200 },
        first: { chunks: bytes('abc') },
      });
      for (const store of [a, b]) expect(await textOf(store, log)).toBe('abc');
      await untilAbsent(a, log.id);
      for (const store of [a, b]) {
        await expectCode(store.read(log, START, 100), 'LOG_GONE');
        await expectCode(store.read(log, at(3), 100), 'LOG_GONE');
        await expectCode(commit(store, log, 'late'), 'LOG_GONE');
      }
    }));

  it('is there for a node that takes it to be past its time, when another has touched it', () =>
    withRedis(async ({ open }) => {
      const [a, b] = [await open(), await open()];
      const log = await createOpenLog(a, { expiry: { kind: 'idle', ttlMs: 300 } });
      await commit(a, log, 'abc');
      expect(await textOf(b, log)).toBe('abc');
      const first = (await infoOf(b, log.id)).expiresAt ?? 0;
      while (Date.now() <= first) {
        await a.change(log, { kind: 'touch' });
        await delay(20);
      }
      expect(await textOf(b, log)).toBe('abc');
    }));
});

async function untilAbsent(store: LogStore, id: Parameters<LogStore['info']>[0]): Promise<void> {
  while ((await store.info(id)) !== undefined) await delay(20);
}
