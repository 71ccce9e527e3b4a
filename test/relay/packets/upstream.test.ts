import { once } from 'node:events';
import { createServer } from 'node:http';
import { Upstream } from '../../../src/relay/packets/upstream/upstream';

it('an upstream may answer with more than a thousand headers', async () => {
  const server = createServer((_req, res) => {
    for (let n = 0; n < 1_100; n += 1) res.setHeader(`X-${n}`, '');
    res.setHeader('Client-Id', 'the last').end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const upstream = new Upstream(`http://127.0.0.1:${port}`, { timeoutMs: 60_000, bodyBytesMax: 1 });
  try {
    const signal = new AbortController().signal;
    const answer = await upstream.post({ headers: [], body: Buffer.alloc(0), signal });
    expect(answer.header('client-id')).toBe('the last');
  } finally {
    upstream.close();
    server.close();
  }
});
