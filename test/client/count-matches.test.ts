import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoomClient } from '../../src/client';

const NDJSON = { 'Content-Type': 'application/x-ndjson' };

it('a count of several streams that breaks off is asked for again, and yields each stream once', async () => {
  let requests = 0;
  const server = createServer((_, res) => {
    requests += 1;
    res.writeHead(200, NDJSON).write('{"id":"b","matches":2}\n');
    if (requests === 1) setImmediate(() => res.destroy());
    else res.end('{"id":"a","matches":1}\n{"matches":3,"truncated":false,"scannedBytes":6}\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const { port } = server.address() as AddressInfo;
    const client = new LoomClient({ url: `http://127.0.0.1:${port}` });
    expect(await counted(client.countMatches({ prefix: '' }, 'x'))).toEqual([
      { id: 'b', matches: 2 },
      { id: 'a', matches: 1 },
    ]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});

async function counted<T>(counts: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of counts) all.push(one);
  return all;
}
