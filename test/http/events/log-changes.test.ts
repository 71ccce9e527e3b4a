import { LogError } from '../../../src/core/log/errors';
import type { LogInfo } from '../../../src/core/log/log';
import { generateGeneration, parseLogId } from '../../../src/core/log/log-id';
import type { Offset } from '../../../src/core/log/offset';
import type { LifecycleEvent } from '../../../src/core/store/news';
import type { LogStore } from '../../../src/core/store/store';
import { LogChanges } from '../../../src/http/events/log-changes';
import type { ChangeReader } from '../../../src/http/events/readers';
import { createLogger } from '../../../src/observe/logger';

const LOGGER = createLogger({ level: 'silent', format: 'json' });

/** A store with nothing but facts, whose reads may be made to fail. */
class Facts implements Pick<LogStore, 'info' | 'list' | 'lifecycle'> {
  readonly logs = new Map<string, LogInfo>();
  fails = false;
  lists = 0;
  listener: ((event: LifecycleEvent) => void) | undefined;
  missed = (): void => {};

  async info(id: string): Promise<LogInfo | undefined> {
    if (this.fails) throw new LogError('STORE_UNAVAILABLE', 'away');
    return this.logs.get(id);
  }

  async list() {
    this.lists += 1;
    if (this.fails) throw new LogError('STORE_UNAVAILABLE', 'away');
    return { logs: [...this.logs.values()].filter(({ state }) => state !== 'closed') };
  }

  lifecycle(listener: (event: LifecycleEvent) => void, onMissed: () => void): () => void {
    this.listener = listener;
    this.missed = onMissed;
    return () => {
      this.listener = undefined;
    };
  }

  create(name: string, facts: Partial<LogInfo> = {}): LogInfo {
    const id = parseLogId(name);
    const info = {
      id,
      generation: generateGeneration(),
      state: 'open',
      tail: 0,
      epoch: 1,
      contentType: 'text/plain',
      createdAt: 1,
      updatedAt: 1,
      ...facts,
    } as LogInfo;
    this.logs.set(id, info);
    this.listener?.({ kind: 'created', log: info });
    return info;
  }
}

class Reader implements ChangeReader {
  readonly frames: (readonly Buffer[])[] = [];
  resets = 0;
  #wake = (): void => {};

  send(frame: readonly Buffer[]): void {
    this.frames.push(frame);
    this.#wake();
  }

  reset(): void {
    this.resets += 1;
    this.#wake();
  }

  get text(): string {
    return Buffer.concat(this.frames.flat()).toString();
  }

  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

describe('LogChanges', () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  const changesOf = (store: Facts): LogChanges =>
    new LogChanges(store, { intervalMs: 10, heartbeatMs: 60_000 }, LOGGER);
  const read = async (changes: LogChanges, prefix = ''): Promise<Reader> => {
    const reader = new Reader();
    ends.push(await changes.subscribe(prefix, () => reader));
    return reader;
  };

  it('all readers of a prefix get the same bytes, which are encoded once', async () => {
    const store = new Facts();
    const changes = changesOf(store);
    const readers = await Promise.all(Array.from({ length: 50 }, () => read(changes)));
    const [some, first] = [await read(changes, 'b'), readers[0] as Reader];
    store.create('a', { metadata: 'x'.repeat(100) });
    store.create('b');
    await some.until(() => some.text.includes('"b"'));
    expect(first.text).toContain('event: created\ndata: {"id":"a"');
    expect(some.text).not.toContain('"a"');
    for (const { frames } of readers) {
      expect(frames).toHaveLength(first.frames.length);
      for (const [n, frame] of frames.entries()) expect(frame).toBe(first.frames[n]);
    }
  });

  it('a size that changes without an event is sent, and one that stays is not', async () => {
    const store = new Facts();
    const grows = store.create('grows');
    store.create('stays');
    const reader = await read(changesOf(store));
    store.logs.set('grows', { ...grows, tail: 7 as Offset, updatedAt: 2 });
    await reader.until(() => reader.text.includes('"bytes":7'));
    const before = store.lists;
    while (store.lists < before + 3) await new Promise(setImmediate);
    expect(reader.text.match(/event: /g)).toHaveLength(1);
  });

  it('the end and the removal of a log whose events were lost are sent', async () => {
    const store = new Facts();
    const sealed = store.create('sealed');
    store.create('gone');
    const reader = await read(changesOf(store));
    store.logs.set('sealed', { ...sealed, state: 'closed', outcome: { kind: 'complete' } });
    store.logs.delete('gone');
    await reader.until(() => reader.text.includes('event: removed'));
    expect(reader.text).toContain('event: closed\ndata: {"id":"sealed"');
    expect(reader.text).toContain('event: removed\ndata: {"id":"gone"}');
  });

  it('readers are reset after more changes than are remembered', async () => {
    const store = new Facts();
    const reader = await read(changesOf(store));
    for (let n = 0; n < 12_000; n += 1) store.create(`log-${n}`);
    await reader.until(() => reader.resets > 0);
    expect(reader.resets).toBe(1);
  });

  it('readers are reset once the store answers again', async () => {
    const store = new Facts();
    const reader = await read(changesOf(store));
    store.fails = true;
    store.create('missed', { state: 'closed', outcome: { kind: 'complete' } });
    const before = store.lists;
    while (store.lists < before + 3) await new Promise(setImmediate);
    expect(reader.resets).toBe(0);
    store.fails = false;
    await reader.until(() => reader.resets > 0);
  });

  it('readers are reset once if the store has missed events', async () => {
    const store = new Facts();
    const reader = await read(changesOf(store));
    store.missed();
    await reader.until(() => reader.resets > 0);
    const before = store.lists;
    while (store.lists < before + 6) await new Promise(setImmediate);
    expect(reader.resets).toBe(1);
  });

  it('a reader of a store that does not answer is refused, and a later one is not', async () => {
    const store = new Facts();
    const changes = changesOf(store);
    store.fails = true;
    await expect(read(changes)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    expect(store.listener).toBeUndefined();
    store.fails = false;
    const reader = await read(changes);
    store.create('a');
    await reader.until(() => reader.text.includes('"a"'));
  });

  it('without readers the store is not asked', async () => {
    const store = new Facts();
    const changes = changesOf(store);
    for (let round = 0; round < 2; round += 1) {
      const leave = await changes.subscribe('', () => new Reader());
      const before = store.lists;
      while (store.lists === before) await new Promise(setImmediate);
      leave();
      expect(store.listener).toBeUndefined();
      const after = store.lists;
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(store.lists).toBe(after);
    }
  });
});
