import { once } from 'node:events';
import { createServer, get, type IncomingMessage, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogInfo, LogRef } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import type { Change } from '../../src/core/store/change';
import { createLogger } from '../../src/observe/logger';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { appOver } from '../support/app';

const STREAMS = 300;

/** Counts what is removed, and how much at a time. */
class CountingStore extends MemoryStore {
  removed = 0;
  mostAtOnce = 0;
  beforeRemoval: () => Promise<void> = async () => {};
  #underWay = 0;

  override async change(ref: LogRef, change: Change): Promise<LogInfo> {
    this.#underWay += 1;
    this.mostAtOnce = Math.max(this.mostAtOnce, this.#underWay);
    await this.beforeRemoval();
    this.#underWay -= 1;
    this.removed += 1;
    return super.change(ref, change);
  }
}

describe('DELETE of a build', () => {
  const warn = jest.fn();
  let store: CountingStore;
  let port: number;
  let close: () => void;

  beforeEach(async () => {
    warn.mockClear();
    store = new CountingStore();
    for (let i = 0; i < STREAMS; i += 1)
      await store.create(parseLogId(`build-x-${i}`), { contentType: 'text/plain' }, 'new');
    const logger = { ...createLogger({ level: 'error', format: 'json' }), warn };
    const { handler } = appOver(store, logger);
    const server = createServer(handler).listen(0, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
    close = () => server.close();
  });
  afterEach(() => close());

  const remove = () => send({ port, method: 'DELETE', path: '/stream/build/x' });

  it('streams are deleted at most 32 at a time, and the answer lists them', async () => {
    const [response]: IncomingMessage[] = await once(remove().end(), 'response');
    const { deleted } = JSON.parse(await textOf(response));
    expect(deleted).toHaveLength(STREAMS);
    expect(store.removed).toBe(STREAMS);
    expect(store.mostAtOnce).toBeLessThanOrEqual(32);
  });

  it('the deletion stops once the client has left, and its progress is logged', async () => {
    const request = remove().on('error', () => {});
    store.beforeRemoval = async () => {
      request.destroy();
      // The server has noticed by the time it answers another request.
      await healthy(port);
      await healthy(port);
    };
    request.end();
    while (warn.mock.calls.length === 0) await healthy(port);
    expect(store.removed).toBeLessThanOrEqual(32);
    expect(warn.mock.calls[0]).toEqual([
      expect.objectContaining({ buildId: 'x', deleted: store.removed }),
      'deleting a build broke off',
    ]);
  });
});

async function healthy(port: number): Promise<void> {
  const [response]: IncomingMessage[] = await once(get({ port, path: '/healthz' }), 'response');
  await textOf(response);
}

async function textOf(response: IncomingMessage | undefined): Promise<string> {
  let text = '';
  for await (const chunk of response ?? []) text += chunk;
  return text;
}
