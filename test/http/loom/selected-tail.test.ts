import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LogError } from '../../../src/core/log/errors';
import type { LogInfo } from '../../../src/core/log/log';
import type { LogId } from '../../../src/core/log/log-id';
import { advance, START } from '../../../src/core/log/offset';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLog } from '../../core/stores';
import { appOver } from '../../support/app';
import { Consumer } from '../../support/http';
import { inTime } from '../../support/in-time';

/** Its facts cannot be read for a while. */
class UnavailableStore extends MemoryStore {
  failures = 0;

  override info(id: LogId): Promise<LogInfo | undefined> {
    if (this.failures === 0) return super.info(id);
    this.failures -= 1;
    return Promise.reject(new LogError('STORE_UNAVAILABLE'));
  }
}

describe('a part of an open stream', () => {
  const store = new UnavailableStore();
  const { handler, drain } = appOver(store);
  const server = createServer(handler);
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    await drain();
    server.close();
  });
  const open = (id: string, query: string, headers = {}): Promise<Consumer> => {
    const { port } = server.address() as AddressInfo;
    return Consumer.open(`http://127.0.0.1:${port}/stream/${id}?${query}`, headers);
  };

  it('has its lines where they come faster than one turn of the event loop may look for their end', async () => {
    const writer = await createLog(store);
    const consumer = await open(writer.log.id, 'lines=300000');
    const lines = Buffer.from('12345678\n'.repeat(200_000));
    const at = await store.append(writer, START, [lines]);
    await store.append(writer, at, [lines]);
    await consumer.end();
    expect(consumer.bytes.length).toBe(9 * 300_000);
    expect(consumer.text.endsWith('\n12345678\n')).toBe(true);
  });

  it('waits for its end by time until the store says what was committed by then', async () => {
    const { done } = await inTime(async (until) => {
      const made = await createLog(store);
      store.failures = 0;
      const opened = await open(made.log.id, `until=${until / 1_000}`);
      const tail = await store.append(made, START, [Buffer.from('one\n')]);
      store.failures = 2;
      return { writer: made, consumer: opened, at: tail };
    });
    const { writer, consumer, at } = done;
    expect(await consumer.end()).toEqual({ complete: true, trailers: { 'x-stream-state': 'open' } });
    expect(consumer.text).toBe('one\n');
    expect(store.failures).toBe(0);
    await store.append(writer, advance(at, 0), [Buffer.from('two\n')]);
  });

  it('is broken off where the server stops, so that its reader goes on elsewhere', async () => {
    const other = appOver(store);
    const stopped = createServer(other.handler);
    await once(stopped.listen(0, '127.0.0.1'), 'listening');
    const writer = await createLog(store);
    const { port } = stopped.address() as AddressInfo;
    const consumer = await Consumer.open(`http://127.0.0.1:${port}/stream/${writer.log.id}?line=2&lines=1`);
    const closed = new Promise((resolve) => consumer.res.once('close', resolve));
    await other.drain();
    stopped.close();
    await closed;
    expect(consumer.res.complete).toBe(false);
  });
});
