import { setImmediate as nextTurn } from 'node:timers/promises';
import { followMany } from '../../src/core/follow/follow-many';
import type { ManyLogsListener } from '../../src/core/follow/many-logs-listener';
import { LogError } from '../../src/core/log/errors';
import type { LogRef } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import type { ListPage, ListQuery } from '../../src/core/store/list-query';
import type { LifecycleEvent } from '../../src/core/store/news';
import { createLog, createLogOf, ObservedStore } from './stores';

describe('followMany', () => {
  it('each open or interrupted log starts once, even if its state changes between two pages', async () => {
    const store = new PagedStore();
    const writers = [];
    for (let i = 0; i < 300; i += 1) writers.push(await createLog(store));
    const [first, second, sealed] = writers;
    if (first === undefined || second === undefined || sealed === undefined) throw new Error('300 were made');
    await store.change(first.log, { kind: 'release', epoch: first.epoch, state: 'interrupted' });
    const { epoch } = sealed;
    await store.change(sealed.log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
    store.beforePage = async () => {
      await store.change(first.log, { kind: 'attach', graceMs: 1_000 });
      await store.change(second.log, { kind: 'release', epoch: second.epoch, state: 'interrupted' });
      store.beforePage = async () => {};
    };
    const spying = spy(store);
    await spying.until(299);
    expect(new Set(spying.started).size).toBe(299);
    expect(spying.started).toEqual(expect.arrayContaining([first.log.generation, second.log.generation]));
    await spying.leave();
    expect(spying.started).toHaveLength(299);
    expect(store.watching).toBe(0);
  });

  it('no further page is listed after the listener has left', async () => {
    const store = new PagedStore();
    for (let i = 0; i < 500; i += 1) await createLog(store);
    const leaving = new AbortController();
    store.beforePage = async () => leaving.abort();
    const reason = followMany(store, nobody, { prefix: '', from: 'now' }, leaving.signal);
    await expect(reason).rejects.toMatchObject({ name: 'AbortError' });
    expect(store.pages).toBe(1);
    expect(store.watching).toBe(0);
  });

  it('other work gets its turns while a follower of 2,000 logs starts', async () => {
    const store = new PagedStore();
    for (let i = 0; i < 2_000; i += 1) await createLog(store);
    let turns = 0;
    const count = (): void => {
      turns += 1;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    const spying = spy(store, () => busyFor(0.05));
    await spying.until(2_000);
    clearImmediate(counting);
    // 2,000 logs at 0.05 ms each, in slices of 5 ms.
    expect(turns).toBeGreaterThanOrEqual(15);
    await spying.leave();
  });

  it('a log that is created and sealed during the listing starts once', async () => {
    const store = new PagedStore();
    await createLog(store);
    store.beforePage = async () => {
      const { log, epoch } = await createLog(store);
      await store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
      store.beforePage = async () => {};
    };
    const spying = spy(store);
    await spying.until(2);
    await spying.leave();
    expect(new Set(spying.started).size).toBe(2);
    expect(spying.started).toHaveLength(2);
  });

  it('logs that began while the store missed events are followed, and those before go on', async () => {
    const store = new PagedStore();
    await createLog(store);
    const spying = spy(store);
    await spying.until(1);
    store.isDeaf = true;
    for (let i = 0; i < 20; i += 1) await createLog(store);
    store.isDeaf = false;
    // The first listing after the loss fails: the store is away again.
    store.beforePage = async () => {
      store.beforePage = async () => {};
      throw new LogError('STORE_UNAVAILABLE');
    };
    store.missed();
    await spying.until(21);
    await spying.leave();
    expect(new Set(spying.started).size).toBe(21);
    expect(spying.started).toHaveLength(21);
    expect(store.watching).toBe(0);
  });

  it('a log that was removed before its bytes could be read reports the skipped bytes', async () => {
    const store = new PagedStore();
    const { log, epoch } = await createLog(store);
    const leaving = new AbortController();
    const shown: string[] = [];
    const ended = new Promise<void>((resolve) => {
      const spectator: ManyLogsListener = {
        ...nobody,
        bytes: () => false,
        skipped: (_log, bytes) => shown.push(`${bytes} skipped`),
        ended: () => {
          shown.push('ended');
          resolve();
        },
        started: () => setImmediate(appendAndRemove),
      };
      followMany(store, spectator, { prefix: '', from: 'now' }, leaving.signal).catch(() => {});
    });
    const appendAndRemove = async (): Promise<void> => {
      store.beforeRead = () => {
        throw new LogError('LOG_GONE');
      };
      await store.append({ log, epoch }, START, [Buffer.from('last words')]);
    };
    await ended;
    expect(shown).toEqual(['10 skipped', 'ended']);
    leaving.abort();
  });

  it('no log is read before the listener is ready, and then fewer than ten at a time', async () => {
    const store = new PagedStore();
    for (let i = 0; i < 100; i += 1) await createLogOf(store, 'x');
    const leaving = new AbortController();
    let waiting = 0;
    let most = 0;
    let readsBefore = -1;
    let shown = 0;
    await new Promise<void>((resolve) => {
      const spectator: ManyLogsListener = {
        ...nobody,
        ready: async () => {
          waiting += 1;
          most = Math.max(most, waiting);
          for (let turn = 0; turn < 3; turn += 1) await nextTurn();
          if (readsBefore < 0) readsBefore = store.reads.length;
          waiting -= 1;
        },
        stored: () => {
          shown += 1;
          if (shown === 100) resolve();
        },
      };
      followMany(store, spectator, { prefix: '', from: 'start' }, leaving.signal).catch(() => {});
    });
    leaving.abort();
    expect(readsBefore).toBe(0);
    expect(most).toBeLessThan(10);
  });
});

class PagedStore extends ObservedStore {
  pages = 0;
  beforePage: () => Promise<void> = async () => {};
  /** Its events are lost, as those of Redis may be. */
  isDeaf = false;
  missed = (): void => {};

  override lifecycle(listener: (event: LifecycleEvent) => void, onMissed = (): void => {}): () => void {
    this.missed = onMissed;
    return super.lifecycle((event) => {
      if (!this.isDeaf) listener(event);
    });
  }

  override async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    await this.beforePage();
    this.pages += 1;
    return super.list(query, signal);
  }
}

const nobody: ManyLogsListener = {
  started() {},
  bytes: () => true,
  stored() {},
  skipped() {},
  ended() {},
  lost() {},
  ready: async () => {},
};

interface Spying {
  readonly started: string[];
  until(count: number): Promise<void>;
  leave(): Promise<void>;
}

function spy(store: ObservedStore, onStart: () => void = () => {}): Spying {
  const started: string[] = [];
  const leaving = new AbortController();
  let onStarted = (): void => {};
  const spectator: ManyLogsListener = {
    ...nobody,
    started(log: LogRef) {
      started.push(log.generation);
      onStart();
      onStarted();
    },
  };
  const over = followMany(store, spectator, { prefix: '', from: 'now' }, leaving.signal);
  return {
    started,
    async until(count) {
      while (started.length < count) {
        await new Promise<void>((resolve) => {
          onStarted = resolve;
        });
      }
    },
    async leave() {
      leaving.abort();
      await expect(over).rejects.toMatchObject({ name: 'AbortError' });
    },
  };
}

function busyFor(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}
