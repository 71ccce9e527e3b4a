import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogInfo } from '../../../src/core/log/log';
import type { LogId } from '../../../src/core/log/log-id';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { appOver } from '../../support/app';
import { request } from '../../support/http';

/** Calls `afterNextInfo`, once, when a request has found its stream. */
class InterruptedStore extends MemoryStore {
  afterNextInfo: (() => Promise<unknown>) | undefined;

  override async info(id: LogId): Promise<LogInfo | undefined> {
    const info = await super.info(id);
    const interrupt = this.afterNextInfo;
    this.afterNextInfo = undefined;
    await interrupt?.();
    return info;
  }
}

const NDJSON = { Accept: 'application/x-ndjson' };

describe('a request whose stream is replaced or removed once it was found', () => {
  let store: InterruptedStore;
  let server: Server;
  let url: (path: string) => string;
  let drain: () => Promise<void>;

  beforeEach(async () => {
    store = new InterruptedStore();
    const app = appOver(store);
    drain = app.drain;
    server = createServer(app.handler);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = (path) => `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
    await request(url('/stream/a'), { method: 'POST', body: 'one\ntwo\n' });
  });

  afterEach(async () => {
    await drain();
    server.close();
  });

  const replace = () => request(url('/stream/a?force=true'), { method: 'POST', body: 'other\n' });
  const remove = () => request(url('/stream/a'), { method: 'DELETE' });

  it.each([
    ['/stream/a', {}],
    ['/stream/a?offset=3', {}],
    ['/stream/a?tail=1', {}],
    ['/stream/a?timestamps', {}],
    ['/stream/a', NDJSON],
    ['/stream/a', { Accept: 'text/event-stream' }],
    ['/stream/a', { Range: 'bytes=1-2' }],
    ['/stream/a/info', {}],
    ['/stream/a/index', {}],
    ['/stream/a/matches?q=one', {}],
    ['/stream/a/matches?q=one&follow&line=2', {}],
    ['/stream/a/wait?for=line&count=2', {}],
    ['/stream/a/wait?for=line&q=one', {}],
  ])('is answered with 410: %s %j', async (path, headers) => {
    for (const interrupt of [replace, remove]) {
      store.afterNextInfo = interrupt;
      const { status, text } = await request(url(path), { headers });
      expect([status, JSON.parse(text)]).toEqual([
        410,
        { error: 'The stream with ID a was replaced or removed during the request', code: 'stream_gone' },
      ]);
    }
    expect((await request(url(path), { headers })).status).toBe(404);
  });
});
