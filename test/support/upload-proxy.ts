import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy that treats the bodies of requests as many do. */
export interface UploadProxy {
  readonly url: string;
  /** The bytes of each body that was passed on. */
  readonly passed: readonly number[];
  /** How many requests were refused. */
  readonly refused: number;
  close(): Promise<void>;
}

interface ProxyBehaviour {
  /** Passes a body on once it is whole. */
  readonly buffers?: boolean;
  /** Answers a longer body with 413 and a page. */
  readonly bytesMax?: number;
  /** The body of that answer. */
  readonly page?: string;
  /** Cuts the connection in place of that answer. */
  readonly cuts?: boolean;
}

/** @param port of the server behind it */
export async function startUploadProxy(
  port: number,
  {
    buffers = false,
    bytesMax = Number.POSITIVE_INFINITY,
    page = '<h1>Too large</h1>',
    cuts = false,
  }: ProxyBehaviour,
): Promise<UploadProxy> {
  const passed: number[] = [];
  let refused = 0;
  const serve = async (req: IncomingMessage, res: ServerResponse): Promise<void> => {
    const { method, url, headers } = req;
    const onward = request({ port, host: '127.0.0.1', path: url, method, headers });
    onward.on('error', () => res.destroy());
    onward.on('response', (answer) => {
      res.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(res);
    });
    const whole: Buffer[] = [];
    let bytes = 0;
    for await (const piece of req) {
      bytes += piece.length;
      if (bytes > bytesMax) {
        refused += 1;
        onward.destroy();
        onward.removeAllListeners('error').on('error', () => {});
        if (cuts) return void res.destroy();
        res.writeHead(413, { Connection: 'close' }).end(page);
        return;
      }
      if (buffers) whole.push(piece);
      else onward.write(piece);
    }
    passed.push(bytes);
    onward.end(Buffer.concat(whole));
  };
  const server = createServer((req, res) => void serve(req, res).catch(() => res.destroy()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    passed,
    get refused() {
      return refused;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
