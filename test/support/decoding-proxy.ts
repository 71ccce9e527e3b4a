import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { posix } from 'node:path';

/** A proxy below a path that changes the paths of requests, as nginx does with `location /logs/ { proxy_pass http://loom/; }`. */
export interface DecodingProxy {
  readonly url: string;
  /** The paths that it has passed on, with their methods. */
  readonly passed: readonly string[];
  close(): Promise<void>;
}

/** @param port of the server behind it */
export async function startDecodingProxy(port: number): Promise<DecodingProxy> {
  const passed: string[] = [];
  const server = createServer((req, res) => {
    const [path = '', query] = (req.url ?? '').split('?');
    const decoded = posix.normalize(decodeURIComponent(path).replace(/^\/logs/, ''));
    const target = encodeURI(decoded).replaceAll('%25', '%') + (query === undefined ? '' : `?${query}`);
    passed.push(`${req.method} ${target}`);
    const { method, headers } = req;
    const onward = request({ port, host: '127.0.0.1', path: target, method, headers }, (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    onward.on('error', () => res.destroy());
    req.pipe(onward);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/logs`,
    passed,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
