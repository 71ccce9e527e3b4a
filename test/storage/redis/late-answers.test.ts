import { writerOf } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import type { LifecycleEvent, LogNews } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import { Heard } from '../../contract/heard';
import {
  at,
  attach,
  bytes,
  createLog,
  createLogOf,
  expectCode,
  INIT,
  infoOf,
  uniqueId,
} from '../../contract/logs';
import { IMPATIENT_MS } from './impatient';
import { withLateReplies } from './late-replies';
import { withRedis } from './with-redis';

describe('a late reply of Redis', () => {
  it('a watcher gets the bytes of a writer that attached during the look-up of the log', () =>
    withRedis(({ open, redis }) =>
      withLateReplies(redis.port, async ({ store, hold, untilHeld, release }) => {
        const other = await open();
        const { log } = await createLogOf(other, '0123456789');
        const events = listen(store);
        hold();
        const news = new Heard<LogNews>();
        const stop = store.watch(log, at(10), news.listener);
        // The answer to the look-up, which is the older one.
        await untilHeld();
        const writer = await attach(other, log);
        await events.until((all) => all.some(({ kind }) => kind === 'attached'));
        release();
        await other.append(writer, at(10), bytes('after the takeover'));
        await news.untilCount(1);
        stop();
      }),
    ));

  it('a node whose attach is outdated when its reply arrives gets the bytes of the newer writer', () =>
    withRedis(({ open, redis }) =>
      withLateReplies(redis.port, async ({ store, hold, release }) => {
        const other = await open();
        const { log } = await createLog(other);
        const events = listen(store);
        hold();
        const attaching = store.change(log, { kind: 'attach', graceMs: 60_000 });
        await events.until((all) => all.some(({ kind }) => kind === 'attached'));
        const writer = await attach(other, log);
        await events.until((all) => all.filter(({ kind }) => kind === 'attached').length === 2);
        release();
        expect((await attaching).epoch).toBe(writer.epoch - 1);
        const news = new Heard<LogNews>();
        const stop = store.watch(log, START, news.listener);
        await other.append(writer, START, bytes('by the other'));
        await news.untilCount(1);
        stop();
      }),
    ));
});

describe('a change whose reply is lost', () => {
  it('a retried replacement does not undo a newer replacement', () =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy();
      const id = uniqueId();
      await createLog(other, {}, id);
      const events = listen(other);
      proxy.mode('swallow');
      const replacing = expectCode(store.create(id, INIT, 'replace'), 'LOG_GONE');
      await events.until((all) => all.some(({ kind }) => kind === 'created'));
      const { info } = await other.create(id, INIT, 'replace');
      proxy.mode('pass');
      proxy.cut();
      await replacing;
      expect((await infoOf(other, id)).generation).toBe(info.generation);
    }));

  it('a retried attach does not fence a newer writer', () =>
    withRedis(async ({ open, openByProxy }) => {
      const other = await open();
      const { store, proxy } = await openByProxy();
      const { log } = await createLog(other);
      const events = listen(other);
      proxy.mode('swallow');
      const attaching = expectCode(store.change(log, { kind: 'attach', graceMs: 60_000 }), 'LOG_FENCED');
      await events.until((all) => all.some(({ kind }) => kind === 'attached'));
      const newer = await other.change(log, { kind: 'attach', graceMs: 60_000 });
      proxy.mode('pass');
      proxy.cut();
      await attaching;
      expect(await other.append(writerOf(newer), START, bytes('mine'))).toBe(4);
    }));

  it('a log is interrupted if its create or attach was stored but failed for its caller', () =>
    withRedis(async ({ open, openByProxy }) => {
      const patient = await open({ nodeLease: 60_000 });
      const { store, proxy } = await openByProxy({ nodeLease: IMPATIENT_MS, commandTimeout: IMPATIENT_MS });
      const written = await createLog(store);
      const id = uniqueId();
      const attached = await createLog(patient);
      const events = listen(patient);
      proxy.mode('swallow');
      await Promise.all([
        expectCode(store.create(id, INIT, 'new'), 'STORE_UNAVAILABLE'),
        expectCode(store.change(attached.log, { kind: 'attach', graceMs: 60_000 }), 'STORE_UNAVAILABLE'),
      ]);
      proxy.mode('pass');
      proxy.cut();
      await events.until((all) => all.filter(({ kind }) => kind === 'released').length === 2);
      for (const lost of [id, attached.log.id])
        expect((await infoOf(patient, lost)).state).toBe('interrupted');
      expect(await store.append(written, START, bytes('still mine'))).toBe(10);
    }));
});

function listen(store: LogStore): Heard<LifecycleEvent> {
  const events = new Heard<LifecycleEvent>();
  store.lifecycle(events.listener);
  return events;
}
