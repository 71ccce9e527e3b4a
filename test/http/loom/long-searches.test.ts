import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoomClient } from '../../../src/client';
import { LogError } from '../../../src/core/log/errors';
import type { LogRef } from '../../../src/core/log/log';
import { type Offset, START } from '../../../src/core/log/offset';
import type { TimedPage } from '../../../src/core/store/store';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLog } from '../../core/stores';
import { appOver } from '../../support/app';
import { Consumer } from '../../support/http';

/** Its reads wait while it is held, and go on or fail then. */
class SlowStore extends MemoryStore {
  readonly #gates = new EventEmitter();
  #isHeld = false;

  hold(): void {
    this.#isHeld = true;
  }

  goOn(): void {
    this.#isHeld = false;
    this.#gates.emit('open');
  }

  fail(): void {
    this.#isHeld = false;
    this.#gates.emit('open', new LogError('STORE_DAMAGED'));
  }

  override async readTimed(log: LogRef, from: Offset, bytesMax: number): Promise<TimedPage> {
    const [error] = this.#isHeld ? await once(this.#gates, 'open') : [];
    if (error !== undefined) throw error;
    return super.readTimed(log, from, bytesMax);
  }
}

describe('a search that takes long', () => {
  const store = new SlowStore();
  const { handler, drain } = appOver(store, undefined, { live: { heartbeat: '1s' } });
  const server = createServer(handler);
  let base: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(async () => {
    await drain();
    server.close();
  });

  it.each(['q=one', 'q=one&count', 'q=absent&count'])(
    'sends a space while it has nothing: %s',
    async (query) => {
      const { log } = await lines();
      const consumer = await Consumer.open(`${base}/stream/${log.id}/matches?${query}`);
      await consumer.until('  ');
      store.goOn();
      await consumer.end();
      const objects = consumer.text.split('\n').filter((line) => line !== '');
      expect(objects.map((one) => JSON.parse(one)).at(-1)).toMatchObject({
        matches: query.includes('one') ? 1 : 0,
        truncated: false,
      });
    },
  );

  it('says in its last object that it failed', async () => {
    const { log } = await lines();
    const consumer = await Consumer.open(`${base}/stream/${log.id}/matches?q=one&count`);
    await consumer.until(' ');
    store.fail();
    await consumer.end();
    expect(JSON.parse(consumer.text)).toMatchObject({ code: 'stream_damaged', matches: 0 });
  });

  it('is counted by the client with one request, however long that takes', async () => {
    const { log } = await lines();
    const events: unknown[] = [];
    const client = new LoomClient({ url: base });
    const counts = client.countMatches(log.id, 'one', {
      // Of four seconds with four heartbeats: a busy machine may delay one.
      silenceMs: 4_000,
      onEvent: (event) => events.push(event),
    });
    const first = counts[Symbol.asyncIterator]().next();
    const other = await Consumer.open(`${base}/stream/${log.id}/matches?q=one&count`);
    await other.until(' '.repeat(6));
    store.goOn();
    expect(await first).toEqual({ done: false, value: { id: log.id, matches: 1 } });
    expect(events).toEqual([]);
    await other.end();
  });

  async function lines() {
    const writer = await createLog(store);
    await store.append(writer, START, [Buffer.from('one\ntwo\n')]);
    store.hold();
    return writer;
  }
});
