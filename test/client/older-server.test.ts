import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoomClient, type PartOptions } from '../../src/client';

let server: Server;
let client: LoomClient;

/** Ignores all parameters, and knows no path but that of the stream. */
beforeEach(async () => {
  server = createServer((req, res) => {
    if (new URL(req.url ?? '', 'http://older').pathname !== '/stream/a') {
      res.writeHead(404, { 'Content-Type': 'application/json' });
      res.end('{"error":"There is nothing here","code":"route_not_found"}');
      return;
    }
    res.writeHead(200, {
      'X-Stream-State': 'closed; outcome=complete',
      'Upload-Offset': '8',
      'Content-Length': '8',
    });
    res.end(req.method === 'HEAD' ? '' : 'one\ntwo\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new LoomClient({ url: `http://127.0.0.1:${port}` });
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const REFUSED = {
  code: 'REFUSED',
  message: expect.stringMatching(/^the server does not support .*: it is an older version$/),
};

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const part: PartOptions = { from: { tail: 1 } };

it('an older server is named when a part, lines, a search or a wait is asked for', async () => {
  await expect(all(client.follow('a', part))).rejects.toMatchObject(REFUSED);
  await expect(all(client.follow('a', { lines: 1 }))).rejects.toMatchObject(REFUSED);
  await expect(all(client.follow('a').lines())).rejects.toMatchObject(REFUSED);
  await expect(all(client.matches('a', 'one'))).rejects.toMatchObject(REFUSED);
  await expect(all(client.matches({ prefix: '' }, 'one'))).rejects.toMatchObject(REFUSED);
  await expect(client.wait('a')).rejects.toMatchObject(REFUSED);
});

it('what an older server has is read whole', async () => {
  const pieces = await all(client.follow('a', { follow: false }));
  expect(Buffer.concat(pieces).toString()).toBe('one\ntwo\n');
});
