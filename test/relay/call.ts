import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';

export interface CallOptions {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The whole body. Absent for a method that has one: it is written piece by piece. */
  readonly body?: string | Buffer;
}

/** A request waits if nothing happens for this long after it has come: there is no event for it. */
const QUIET_MS = 120;

/** One request, which may wait for another: its body and its answer can be dealt with piece by piece. */
export class Call {
  readonly #req: http.ClientRequest;
  readonly #server: { readonly hostname: string; readonly port: string };
  readonly #pieces: Buffer[] = [];
  #length = 0;
  #res: IncomingMessage | undefined;
  #isOver = false;
  #isComplete = false;
  #waiting: (() => void)[] = [];

  constructor(url: string, { method = 'GET', headers = {}, body }: CallOptions = {}) {
    const { origin, hostname, port } = new URL(url);
    const path = url.slice(origin.length);
    this.#server = { hostname, port };
    this.#req = http.request({ ...this.#server, path, method, headers, agent: false });
    this.#req.on('error', () => this.#end());
    this.#req.on('response', (res) => this.#listen(res));
    const isWhole = body !== undefined || !['POST', 'PUT'].includes(method);
    if (isWhole) this.#req.end(body);
    else this.#req.flushHeaders();
  }

  /** The head of the answer. @throws when the connection ends without one */
  async head(): Promise<IncomingMessage> {
    while (this.#res === undefined) {
      if (this.#isOver) throw new Error('the connection ended without an answer');
      await this.#change();
    }
    return this.#res;
  }

  async status(): Promise<number> {
    return (await this.head()).statusCode ?? 0;
  }

  async headers(): Promise<IncomingHttpHeaders> {
    return (await this.head()).headers;
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  get received(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  /** Resolves once so many bytes have come. */
  async until(bytes: number): Promise<Buffer> {
    while (this.#length < bytes) {
      if (this.#isOver) throw new Error(`the answer ended after ${this.#length} bytes`);
      await this.#change();
    }
    return this.received;
  }

  /** The whole answer. @throws when it is cut */
  async answer(): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer; text: string }> {
    const { statusCode = 0, headers } = await this.head();
    await this.over();
    if (!this.#isComplete) throw new Error('the answer was cut');
    return { status: statusCode, headers, body: this.received, text: this.received.toString() };
  }

  /** Resolves when it is over, whole or cut. @returns whether it was whole */
  async over(): Promise<boolean> {
    while (!this.#isOver) await this.#change();
    return this.#isComplete;
  }

  /** Resolves when the server has had the request for a while, and nothing has come back. */
  async waits(): Promise<this> {
    await this.#hasCome();
    await delay(QUIET_MS);
    if (this.#res !== undefined || this.#isOver) {
      throw new Error(`it does not wait: ${this.#res?.statusCode} ${this.received}`);
    }
    return this;
  }

  /** Resolves when the server has answered a request that was sent later: it reads connections in their order. */
  async #hasCome(): Promise<void> {
    const { socket } = this.#req;
    if (socket === null) await once(this.#req, 'socket');
    if (this.#req.socket?.connecting) await once(this.#req.socket, 'connect');
    const later = http.get({ ...this.#server, path: '/healthz', agent: false });
    const [res] = (await once(later, 'response')) as [IncomingMessage];
    res.resume();
    await once(res, 'end');
  }

  /** Resolves when the piece is handed to the kernel. */
  write(piece: string | Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#req.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  end(piece?: string | Buffer): this {
    this.#req.end(piece);
    return this;
  }

  pause(): void {
    this.#res?.pause();
  }

  resume(): void {
    this.#res?.resume();
  }

  /** Leaves, as a killed client does. Resolves when the connection is gone. */
  async leave(): Promise<void> {
    const { socket } = this.#req;
    const closed = socket === null || socket.destroyed ? undefined : once(socket, 'close').catch(() => {});
    this.#req.destroy();
    await closed;
  }

  #listen(res: IncomingMessage): void {
    this.#res = res;
    res.on('data', (piece: Buffer) => {
      this.#pieces.push(piece);
      this.#length += piece.length;
      this.#wake();
    });
    res.on('error', () => {});
    res.once('close', () => {
      this.#isComplete = res.complete;
      this.#end();
    });
    this.#wake();
  }

  #end(): void {
    this.#isOver = true;
    this.#wake();
  }

  #wake(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }
}
