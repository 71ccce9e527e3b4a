import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogRef } from '../../../src/core/log/log';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import type { TimedPage } from '../../../src/core/store/store';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLogOf } from '../../core/stores';
import { NDJSON } from '../../e2e/ndjson';
import { appOver } from '../../support/app';

const MIB = 1024 * 1024;
const LOG_MIB = 32;

class CountingStore extends MemoryStore {
  bytesRead = 0;

  override async readTimed(log: LogRef, from: Offset, bytesMax: number): Promise<TimedPage> {
    const page = await super.readTimed(log, from, bytesMax);
    this.bytesRead += page.next - from;
    return page;
  }
}

describe('a reader that takes nothing', () => {
  const store = new CountingStore();
  const { handler, drain } = appOver(store);
  const server = createServer(handler);
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    await drain();
    server.close();
  });

  it.each([
    ['NDJSON', '', NDJSON],
    ['timestamps', '?timestamps', {}],
  ])('has no more read and encoded for it: %s', async (_format, query, headers) => {
    const lines = Buffer.alloc(MIB, `${'x'.repeat(127)}\n`);
    const writer = await createLogOf(store, '');
    for (let i = 0; i < LOG_MIB; i += 1) await store.append(writer, advance(START, i * MIB), [lines]);
    const { port } = server.address() as AddressInfo;
    const path = `/stream/${writer.log.id}${query}`;
    const client = request({ port, path, headers, agent: false }).end();
    const [res] = await once(client, 'response');
    res.pause();
    store.bytesRead = 0;
    await whenStill(() => store.bytesRead);
    const stored = store.bytesRead;
    // The buffers of two sockets, which the kernel lets grow, and two pages.
    expect(stored).toBeLessThan((LOG_MIB / 2) * MIB);
    // What comes live meanwhile is not encoded either.
    for (let i = 0; i < 8; i += 1) await store.append(writer, advance(START, (LOG_MIB + i) * MIB), [lines]);
    await whenStill(() => store.bytesRead);
    // The kernel may take a little more for the sockets after a while, but not the eight MiB.
    expect(store.bytesRead).toBeLessThan(stored + MIB);
    res.destroy();
  });
});

/** Resolves once a figure has been the same for many turns of the event loop. */
async function whenStill(figure: () => number): Promise<void> {
  for (let last = -1, same = 0; same < 20; same = figure() === last ? same + 1 : 0) {
    last = figure();
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
