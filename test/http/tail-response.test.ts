import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LogError } from '../../src/core/log/errors';
import type { LogRef } from '../../src/core/log/log';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { Watcher } from '../../src/core/store/news';
import type { Page } from '../../src/core/store/store';
import { createLogger } from '../../src/observe/logger';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { createLogOf } from '../core/stores';
import { appOver } from '../support/app';
import { Consumer, request } from '../support/http';

/** Its reads take a turn each. */
class SlowStore extends MemoryStore {
  reads = 0;
  readonly watchers: Watcher[] = [];
  /** Called before each read. */
  beforeRead = (): void => {};

  override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    this.reads += 1;
    this.beforeRead();
    await turn();
    return super.read(log, from, bytesMax);
  }

  override watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    this.watchers.push(watcher);
    return super.watch(log, seen, watcher);
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

describe('a tail', () => {
  const store = new SlowStore();
  const { handler, drain } = appOver(store, createLogger({ level: 'warn', format: 'json' }));
  const server = createServer(handler);
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    await drain();
    server.close();
  });

  it('a tail does not read forever for announced bytes that the store has lost', async () => {
    const writer = await createLogOf(store, 'kept.');
    const end = advance(START, 5);
    store.beforeRead = () => {
      store.beforeRead = () => {};
      for (const call of store.watchers)
        call({ kind: 'bytes', from: end, chunks: [Buffer.from('lost.')], at: 0 });
    };
    const { port } = server.address() as AddressInfo;
    const consumer = await Consumer.open(`http://127.0.0.1:${port}/stream/${writer.log.id}`);
    await consumer.until('kept.');
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect(store.reads).toBeLessThan(10);
    await store.append(writer, end, [Buffer.from('new')]);
    await consumer.until('kept.new');
  });

  it.each([
    ['was removed right before its first page is read', new LogError('LOG_GONE'), 410],
    ['cannot be read right now', new LogError('STORE_UNAVAILABLE'), 503],
  ])('a tail is refused if the stream %s', async (_why, error, status) => {
    const { log } = await createLogOf(store, 'bytes');
    store.beforeRead = () => {
      store.beforeRead = () => {};
      throw error;
    };
    const { port } = server.address() as AddressInfo;
    const { status: answered, text } = await request(`http://127.0.0.1:${port}/stream/${log.id}`);
    expect(answered).toBe(status);
    expect(JSON.parse(text)).toHaveProperty('error');
  });
});
