import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type IngestOptions, type IngestResult, ingest } from '../../src/core/ingest/ingest';
import { START } from '../../src/core/log/offset';
import { MemoryStore } from '../../src/storage/memory/memory-store';
import { createLog, textOf } from './stores';

const OPTIONS: IngestOptions = { from: START, pendingBytesMax: 1 << 20, logBytesMax: 1 << 30 };

describe('ingest of a request whose connection is lost', () => {
  const open = new Set<Server | Socket>();
  afterEach(() => {
    for (const one of open) {
      if ('closeAllConnections' in one) one.close();
      else one.destroy();
    }
    open.clear();
  });

  /** Sends `sent` as the body and cuts the connection; the request is ingested only when its connection is gone. */
  async function ingestAfterLoss(sent: string): Promise<{ ingested: IngestResult; text: string }> {
    const store = new MemoryStore();
    const writer = await createLog(store);
    const server = createServer();
    open.add(server);
    const requested = new Promise<IncomingMessage>((resolve) => {
      server.on('request', (req: IncomingMessage) => {
        req.on('error', () => {}); // A lost connection is what the test is about.
        resolve(req);
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, '127.0.0.1');
    open.add(socket);
    socket.write(`POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n${sent}`);
    const req = await requested;
    const over = new Promise((resolve) => req.once('close', resolve));
    socket.destroy();
    await over;
    const ingested = await ingest(store, writer, req, OPTIONS);
    return { ingested, text: await textOf(store, writer.log) };
  }

  it('a request whose end had arrived is stored completely', async () => {
    expect(await ingestAfterLoss('5\r\nwhole\r\n0\r\n\r\n')).toEqual({
      ingested: { how: 'ended', tail: 5 },
      text: 'whole',
    });
  });

  it('a request whose end had not arrived is cut', async () => {
    expect(await ingestAfterLoss('4\r\nhalf\r\n')).toEqual({
      ingested: { how: 'cut', tail: 4 },
      text: 'half',
    });
  });
});
