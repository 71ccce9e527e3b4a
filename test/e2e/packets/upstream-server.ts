import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { freePort } from '../../support/free-port';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

type Handler = (received: Received) => Reply | undefined | Promise<Reply | undefined>;

/**
 * A server behind the proxy. If `handle` returns nothing, it answers itself: a login succeeds under the name in its body, with the token
 * `token-of-<name>`; packets are accepted, and there are none to fetch.
 */
export class UpstreamServer {
  readonly requests: Received[] = [];
  handle: Handler = () => undefined;
  #server: Server | undefined;
  #wake = (): void => {};

  private constructor(readonly port: number) {}

  /** Not listening yet. */
  static async prepare(): Promise<UpstreamServer> {
    return new UpstreamServer(await freePort());
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/endpoint`;
  }

  /** The packets of clients, without the questions for packets. */
  get packets(): readonly Received[] {
    return this.requests.filter(({ headers }) => headers['type'] === 'Packet' && headers.from !== undefined);
  }

  async up(): Promise<void> {
    this.#server = createServer(async (req, res) => {
      const chunks: Buffer[] = [];
      for await (const chunk of req) chunks.push(chunk);
      const body = Buffer.concat(chunks);
      const { method = '', url: path = '', headers } = req;
      const received = { method, path, headers, body, text: body.toString() };
      this.requests.push(received);
      this.#wake();
      const reply = (await this.handle(received)) ?? byDefault(received);
      res.writeHead(reply.status ?? 200, reply.headers);
      res.end(reply.body);
    }).listen(this.port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  async down(): Promise<void> {
    if (this.#server === undefined) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    this.#server = undefined;
    await closed;
  }

  reset(): void {
    this.requests.length = 0;
    this.handle = () => undefined;
  }

  /** Resolves with the first request that is so. */
  async until(isIt: (received: Received) => boolean): Promise<Received> {
    for (;;) {
      const found = this.requests.find(isIt);
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => {
        const before = this.#wake;
        this.#wake = () => {
          before();
          resolve();
        };
      });
    }
  }
}

function byDefault({ headers, text }: Received): Reply {
  if (headers['type'] === 'Packet') return {};
  return { headers: { 'Client-Id': text }, body: `token-of-${text}` };
}
