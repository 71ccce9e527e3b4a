import { once } from 'node:events';
import {
  Agent,
  type ClientRequest,
  createServer,
  type IncomingMessage,
  request,
  type ServerResponse,
} from 'node:http';
import { pipeline } from 'node:stream';
import type { Stage } from './conform.mjs';

/** An HTTP proxy that takes its servers in turn, one request after the other. */
export async function startRoundRobin(urls: readonly string[]): Promise<Stage> {
  const agent = new Agent({ keepAlive: true });
  let turn = 0;
  // Longer than the suite runs: a connection that is closed when a request comes would look like a failure of the server behind it.
  const server = createServer({ keepAliveTimeout: 300_000 }, (req, res) => {
    const target = urls[turn % urls.length] ?? '';
    turn += 1;
    forward(agent, target, req, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no TCP address');
  return {
    url: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
      agent.destroy();
    },
  };
}

function forward(agent: Agent, target: string, req: IncomingMessage, res: ServerResponse): void {
  const { method, headers, url } = req;
  const onward = request(`${target}${url}`, { agent, method, headers });
  onward.on('response', (answer) => {
    res.writeHead(answer.statusCode ?? 502, answer.headers);
    // Live answers begin before their first byte.
    res.flushHeaders();
    // Whichever side breaks off, the other one is cut as well: that is all there is to tell it.
    pipeline(answer, res, () => {});
  });
  onward.on('error', () => res.destroy());
  res.on('close', () => {
    // Else its connection is another request's by now.
    if (!res.writableFinished) onward.destroy();
    else if (!req.complete) dropRest(req, onward);
  });
  req.on('close', () => {
    if (!req.complete) onward.destroy();
  });
  req.pipe(onward);
}

/** After an early answer. A client that has sent its whole body takes its connection for free, and sends the next request behind it. */
function dropRest(req: IncomingMessage, onward: ClientRequest): void {
  req.unpipe(onward);
  req.resume();
  onward.destroy();
}
