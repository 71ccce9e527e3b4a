import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { PAGE_BYTES } from '../../src/core/follow/page-size';
import type { LogRef } from '../../src/core/log/log';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { Page } from '../../src/core/store/store';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { createLogOf } from '../core/stores';
import { appOver } from '../support/app';

const MIB = 1024 * 1024;
const LOG_MIB = 64;

/** Counts the bytes that were asked for. */
class CountingStore extends MemoryStore {
  bytesRead = 0;

  override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    const page = await super.read(log, from, bytesMax);
    this.bytesRead += page.next - from;
    return page;
  }
}

describe('a compressed answer', () => {
  const store = new CountingStore();
  const { handler, drain } = appOver(store);
  const server = createServer(handler);
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    await drain();
    server.close();
  });

  /** Of bytes that gzip makes no smaller. */
  const storeLog = async (): Promise<string> => {
    const noise = randomBytes(MIB);
    const writer = await createLogOf(store, '');
    for (let at = 0; at < LOG_MIB; at += 1) await store.append(writer, advance(START, at * MIB), [noise]);
    await store.change(writer.log, { kind: 'seal', outcome: { kind: 'complete' }, epoch: writer.epoch });
    return writer.log.id;
  };

  it('is read from the store only as its client takes it, and no more once that has left', async () => {
    const { port } = server.address() as AddressInfo;
    const path = `/stream/${await storeLog()}`;
    const req = request({ port, path, headers: { 'Accept-Encoding': 'gzip' }, agent: false }).end();
    const [res] = await once(req, 'response');
    expect(res.headers['content-encoding']).toBe('gzip');
    res.pause();
    await whenStill(() => store.bytesRead);
    const readSoFar = store.bytesRead;
    expect(readSoFar).toBeGreaterThan(0);
    // The buffers of two sockets, which the kernel lets grow.
    expect(readSoFar).toBeLessThan((LOG_MIB / 2) * MIB);
    res.destroy();
    await whenStill(() => store.bytesRead);
    expect(store.bytesRead - readSoFar).toBeLessThanOrEqual(2 * PAGE_BYTES);
  });
});

/** Resolves once a figure has been the same for many turns of the event loop. */
async function whenStill(figure: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 20; same = figure() === last ? same + 1 : 0) {
    last = figure();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
