import { EventEmitter, once } from 'node:events';
import { LogError } from '../../src/core/log/errors';
import { type LogInfo, writerOf } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import { type JanitorEvent, runJanitor, sweep } from '../../src/core/store/janitor';
import type { LifecycleEvent } from '../../src/core/store/news';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { nextMillisecond } from '../contract/logs';

const HOUR = 3_600_000;
const NEVER = new AbortController().signal;

describe('the janitor', () => {
  it('a log whose producer misses its grace time is sealed as aborted, with the reason', async () => {
    const store = new MemoryStore();
    const log = await interrupted(store, 'lost', 1_000);
    const events = await swept(store, Date.now() + 2_000);
    expect(await store.info(log.id)).toMatchObject({
      state: 'closed',
      outcome: { kind: 'aborted', reason: 'Its producer did not come back within the grace time' },
    });
    expect(events).toMatchObject([{ kind: 'abandoned', log: { id: 'lost' } }]);
  });

  it('other work gets its turns during a long sweep, and a stop ends the sweep', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 3_000; i += 1) await interrupted(store, `lost-${i}`, 1_000);
    const stopping = new AbortController();
    // Nothing but timers and sockets would call this.
    setImmediate(() => setImmediate(() => stopping.abort()));
    const events: JanitorEvent[] = [];
    const report = (event: JanitorEvent) => events.push(event);
    await sweep(store, { report }, stopping.signal, Date.now() + 2_000);
    expect(stopping.signal.aborted).toBe(true);
    expect(events.length).toBeGreaterThan(0);
    expect(events.length).toBeLessThan(3_000);
  });

  it('a log within its grace time stays interrupted', async () => {
    const store = new MemoryStore();
    const log = await interrupted(store, 'patient', HOUR);
    expect(await swept(store)).toEqual([]);
    expect(await store.info(log.id)).toMatchObject({ state: 'interrupted' });
  });

  it('a log whose producer returned after it was found overdue stays open', async () => {
    const store = new MemoryStore();
    const log = await interrupted(store, 'back', 0);
    const due = store.due.bind(store);
    store.due = async (query, limit) => {
      const found = await due(query, limit);
      await store.change(log, { kind: 'attach', graceMs: 0 });
      return found;
    };
    expect(await swept(store, Date.now() + 1)).toEqual([]);
    expect(await store.info(log.id)).toMatchObject({ state: 'open' });
  });

  it('a log that its producer sealed after it was found overdue is not reported as abandoned', async () => {
    const store = new MemoryStore();
    const log = await interrupted(store, 'ended', 0);
    const due = store.due.bind(store);
    store.due = async (query, limit) => {
      const found = await due(query, limit);
      if (found.length === 0) return found;
      const { epoch } = await store.change(log, { kind: 'attach', graceMs: 0 });
      await store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
      return found;
    };
    expect(await swept(store, Date.now() + 1)).toEqual([]);
    expect(await store.info(log.id)).toMatchObject({ outcome: { kind: 'complete' } });
  });

  it('a sweep ends even if the store keeps returning overdue logs that it does not seal', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 40; i += 1) await interrupted(store, `log-${i}`, HOUR);
    const due = store.due.bind(store);
    store.due = (_, limit) => due({ kind: 'overdue', now: Date.now() + 2 * HOUR }, limit);
    expect(await swept(store)).toEqual([]);
  });

  it('a sweep removes sealed logs older than the maximum age, and no others', async () => {
    const store = new MemoryStore();
    const old = await sealed(store, 'old');
    const open = await created(store, 'open');
    const events = await swept(store, Date.now() + HOUR + 1_000, HOUR);
    expect(await store.info(old.id)).toBeUndefined();
    expect(await store.info(open.id)).toBeDefined();
    expect(events).toMatchObject([{ kind: 'expired', log: { id: 'old' } }]);
  });

  it('sealed logs are kept forever if no maximum age is set', async () => {
    const store = new MemoryStore();
    const log = await sealed(store, 'kept');
    await swept(store, Date.now() + 1_000 * HOUR);
    expect(await store.info(log.id)).toBeDefined();
  });

  it('expired logs are removed, open or sealed, without a maximum age', async () => {
    const store = new MemoryStore();
    for (const id of ['open', 'sealed']) {
      const first = { chunks: [], ...(id === 'sealed' && { seal: { kind: 'complete' as const } }) };
      const expiry = { kind: 'at', at: Date.now() + HOUR } as const;
      await store.create(parseLogId(id), { contentType: 'text/plain', expiry, first }, 'new');
    }
    const kept = await created(store, 'kept');
    const heard: LifecycleEvent[] = [];
    store.lifecycle((event) => heard.push(event));
    expect(await swept(store)).toEqual([]);
    const events = await swept(store, Date.now() + 2 * HOUR);
    expect(events).toMatchObject([
      { kind: 'expired', log: { id: 'open' } },
      { kind: 'expired', log: { id: 'sealed' } },
    ]);
    expect(heard).toMatchObject([
      { kind: 'ended', outcome: { kind: 'expired' }, log: { id: 'open' } },
      { kind: 'ended', outcome: { kind: 'expired' }, log: { id: 'sealed' } },
    ]);
    expect((await store.list({ limit: 10 })).logs).toEqual([kept]);
  });

  it('a sweep removes more than one batch of expired logs', async () => {
    const store = new MemoryStore();
    const init = { contentType: 'text/plain', expiry: { kind: 'at', at: Date.now() + HOUR } } as const;
    for (let i = 0; i < 100; i += 1) await store.create(parseLogId(`log-${i}`), init, 'new');
    const events = await swept(store, Date.now() + 2 * HOUR);
    expect(events.filter(({ kind }) => kind === 'expired')).toHaveLength(100);
    expect((await store.list({ limit: 1 })).logs).toEqual([]);
  });

  it('a log that was read after it was found expired is kept', async () => {
    const store = new MemoryStore();
    const init = { contentType: 'text/plain', expiry: { kind: 'idle', ttlMs: HOUR } } as const;
    const { info } = await store.create(parseLogId('read'), init, 'new');
    const due = store.due.bind(store);
    store.due = async (query, limit) => {
      const found = await due(query, limit);
      if (query.kind === 'expired') {
        await nextMillisecond();
        await store.change(info, { kind: 'touch' });
      }
      return found;
    };
    expect(await swept(store, info.createdAt + HOUR)).toEqual([]);
    expect(await store.info(info.id)).toBeDefined();
  });

  it('the id of a removed log is free once its last fork has expired', async () => {
    const store = new MemoryStore();
    const source = await created(store, 'source');
    const expiry = { kind: 'at', at: Date.now() + HOUR } as const;
    const fork = { source, at: START };
    await store.create(parseLogId('fork'), { contentType: 'text/plain', expiry, fork }, 'new');
    await store.change(source, { kind: 'remove', outcome: { kind: 'deleted' } });
    await expect(store.info(source.id)).rejects.toMatchObject({ code: 'LOG_RETIRED' });
    await swept(store, Date.now() + 2 * HOUR);
    expect(await store.info(source.id)).toBeUndefined();
  });

  it('a sweep removes more than one batch, and requests at most 32 logs at a time', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 100; i += 1) await sealed(store, `log-${i}`);
    const due = jest.spyOn(store, 'due');
    await swept(store, Date.now() + 1, 0);
    expect((await store.list({ limit: 1 })).logs).toEqual([]);
    expect(Math.max(...due.mock.calls.map(([, limit]) => limit))).toBeLessThanOrEqual(32);
  });

  it('sweeps of several nodes at once remove every log without a failure', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 50; i += 1) await sealed(store, `log-${i}`);
    const nodes = [1, 2, 3].map(() => swept(store, Date.now() + 1, 0));
    const events = (await Promise.all(nodes)).flat();
    expect((await store.list({ limit: 1 })).logs).toEqual([]);
    expect(events.filter(({ kind }) => kind === 'failed')).toEqual([]);
  });

  it('a log that cannot be removed does not stop the removal of the others, and the sweep ends', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 40; i += 1) await sealed(store, `log-${i}`);
    const change = store.change.bind(store);
    store.change = async (log, wanted) => {
      if (log.id === 'log-3') throw new LogError('STORE_DAMAGED');
      return change(log, wanted);
    };
    const events = await swept(store, Date.now() + 1, 0);
    expect((await store.list({ limit: 50 })).logs.map(({ id }) => id)).toEqual(['log-3']);
    expect(events.filter(({ kind }) => kind === 'expired')).toHaveLength(39);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'failed' }));
  });

  it('each log that cannot be removed is reported once, and a sweep tries a bounded number of them', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 600; i += 1) await sealed(store, `damaged-${i}`);
    const change = store.change.bind(store);
    let rounds = 0;
    const stopping = new AbortController();
    store.change = async (log, wanted) => {
      if (log.id === 'damaged-0' && ++rounds === 3) stopping.abort();
      if (log.id.startsWith('damaged-')) throw new LogError('STORE_DAMAGED');
      return change(log, wanted);
    };
    const asked = jest.spyOn(store, 'due');
    const events: JanitorEvent[] = [];
    const options = { intervalMs: 1, maxAgeMs: 0, report: (event: JanitorEvent) => events.push(event) };
    store.now = () => Date.now() + 1;
    await runJanitor(store, options, stopping.signal);
    const failed = events.map((event) => ('log' in event ? event.log.id : event.kind));
    expect(new Set(failed).size).toBe(failed.length);
    expect(failed.length).toBeGreaterThan(200);
    expect(Math.max(...asked.mock.calls.map(([, limit]) => limit))).toBeLessThan(400);
  });

  it('a log behind a hundred that cannot be removed is removed', async () => {
    const store = new MemoryStore();
    for (let i = 0; i < 100; i += 1) await sealed(store, `damaged-${i}`);
    const good = await sealed(store, 'good');
    const change = store.change.bind(store);
    store.change = async (log, wanted) => {
      if (log.id !== good.id) throw new LogError('STORE_DAMAGED');
      return change(log, wanted);
    };
    const events = await swept(store, Date.now() + 1, 0);
    expect(events.filter(({ kind }) => kind === 'expired')).toMatchObject([{ log: { id: 'good' } }]);
    expect(events.filter(({ kind }) => kind === 'failed')).toHaveLength(100);
  });

  it('an outage of the store is reported once, its end once, and then the sweep does its work', async () => {
    const store = new MemoryStore();
    const log = await interrupted(store, 'waiting', 0);
    const due = store.due.bind(store);
    let refusals = 3;
    store.due = async (query, limit) => {
      refusals -= 1;
      if (refusals >= 0) throw new LogError('STORE_UNAVAILABLE');
      return due(query, limit);
    };
    const reported = new EventEmitter();
    const events: JanitorEvent[] = [];
    const stopping = new AbortController();
    const report = (event: JanitorEvent): void => {
      events.push(event);
      reported.emit(event.kind);
    };
    const back = once(reported, 'back');
    store.now = () => Date.now() + 1;
    const running = runJanitor(store, { intervalMs: 1, report }, stopping.signal);
    await back;
    stopping.abort();
    await running;
    expect(events.map(({ kind }) => kind)).toEqual(['away', 'abandoned', 'back']);
    expect(await store.info(log.id)).toMatchObject({ state: 'closed' });
  });

  it('a stop ends the wait between two sweeps at once', async () => {
    const stopping = new AbortController();
    const running = runJanitor(new MemoryStore(), { intervalMs: HOUR, report: () => {} }, stopping.signal);
    setImmediate(() => stopping.abort());
    await running;
  });
});

/** What a round reports at `now`. */
async function swept(store: MemoryStore, now?: number, maxAgeMs?: number): Promise<JanitorEvent[]> {
  const events: JanitorEvent[] = [];
  const options = { report: (event: JanitorEvent) => events.push(event) };
  await sweep(store, { ...options, ...(maxAgeMs !== undefined && { maxAgeMs }) }, NEVER, now);
  return events;
}

async function created(store: MemoryStore, id: string, graceMs = 0): Promise<LogInfo> {
  const init = { contentType: 'text/plain', graceMs };
  return (await store.create(parseLogId(id), init, 'new')).info;
}

async function interrupted(store: MemoryStore, id: string, graceMs: number): Promise<LogInfo> {
  const log = await created(store, id, graceMs);
  return store.change(log, { kind: 'release', epoch: log.epoch, state: 'interrupted' });
}

async function sealed(store: MemoryStore, id: string): Promise<LogInfo> {
  const log = await created(store, id);
  await store.append(writerOf(log), START, [Buffer.from('bytes')]);
  return store.change(log, { kind: 'seal', epoch: log.epoch, outcome: { kind: 'complete' } });
}
