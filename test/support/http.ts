import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type IncomingMessage } from 'node:http';

type Headers = Readonly<Record<string, string>>;

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly trailers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly text: string;
}

/** One request, answered whole. */
export async function request(
  url: string,
  { method = 'GET', headers = {}, body }: { method?: string; headers?: Headers; body?: string | Buffer } = {},
): Promise<Answer> {
  const req = http.request({ ...target(url), method, headers });
  req.end(body);
  return whole(await head(req));
}

/** The path goes out as it is: `URL` would resolve what looks like a dot segment. Each request has a connection of its own. */
function target(url: string): http.RequestOptions {
  const { origin, hostname, port } = new URL(url);
  return { hostname, port, path: url.slice(origin.length), agent: false, maxHeaderSize: 256 * 1024 };
}

/** Resolves with the head of the answer. */
async function head(req: http.ClientRequest): Promise<IncomingMessage> {
  const [res] = (await once(req, 'response')) as [IncomingMessage];
  // After the head the connection may break in a way that a test is about: the response shows it.
  req.on('error', () => {});
  return res;
}

/** @throws when the response breaks off */
async function whole(res: IncomingMessage): Promise<Answer> {
  const chunks: Buffer[] = [];
  for await (const chunk of res) chunks.push(chunk);
  const body = Buffer.concat(chunks);
  return {
    status: res.statusCode ?? 0,
    headers: res.headers,
    trailers: res.trailers,
    body,
    text: body.toString(),
  };
}

/** A request whose body is written piece by piece. */
export class Producer {
  readonly #req: http.ClientRequest;
  /** The head of the answer. */
  readonly head: Promise<IncomingMessage>;
  /** The whole answer. Rejects when the connection breaks before it is complete. */
  readonly answer: Promise<Answer>;

  constructor(url: string, { method = 'POST', headers = {} }: { method?: string; headers?: Headers } = {}) {
    this.#req = http.request({ ...target(url), method, headers });
    this.#req.flushHeaders();
    this.head = head(this.#req);
    this.answer = this.head.then(whole);
    for (const promise of [this.head, this.answer]) promise.catch(() => {});
  }

  /** Resolves when the piece is handed to the kernel. */
  write(piece: string | Buffer): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#req.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** The end of the body; resolves with the whole answer. */
  end(piece?: string | Buffer): Promise<Answer> {
    this.#req.end(piece);
    return this.answer;
  }

  /** Breaks the connection off, as a crash would. */
  destroy(): void {
    this.#req.destroy();
  }

  /** Whether the server accepts more. */
  get isCut(): boolean {
    return this.#req.destroyed || this.#req.socket?.destroyed === true;
  }

  async cut(): Promise<void> {
    const { socket } = this.#req;
    if (socket === null || socket.destroyed) return;
    // Not `once` of node:events: it rejects when the connection is reset before it is closed.
    await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  }
}

/** A response that is read while it comes. */
export class Consumer {
  readonly #pieces: Buffer[] = [];
  #length = 0;
  #over = false;
  #wake = (): void => {};

  private constructor(readonly res: IncomingMessage) {
    res.on('data', (chunk: Buffer) => {
      this.#pieces.push(chunk);
      this.#length += chunk.length;
      this.#wake();
    });
    res.on('error', () => {});
    res.once('close', () => {
      this.#over = true;
      this.#wake();
    });
  }

  static async open(url: string, headers: Headers = {}): Promise<Consumer> {
    const req = http.request({ ...target(url), headers });
    req.end();
    return new Consumer(await head(req));
  }

  get status(): number {
    return this.res.statusCode ?? 0;
  }

  get headers(): IncomingHttpHeaders {
    return this.res.headers;
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#pieces);
  }

  get text(): string {
    return this.bytes.toString();
  }

  /** Resolves with all text so far once it contains `part`. What has been searched is not searched again. */
  async until(part: string): Promise<string> {
    const wanted = Buffer.from(part);
    for (let searched = 0; !this.#bytesFrom(searched - wanted.length).includes(wanted); ) {
      searched = this.#length;
      if (this.#over)
        throw new Error(`the response ended without ${JSON.stringify(part)}: ${this.text.slice(-500)}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    return this.text;
  }

  /** The bytes from an offset on, after those before it in its piece. */
  #bytesFrom(offset: number): Buffer {
    let [first, begin] = [this.#pieces.length, this.#length];
    while (first > 0 && begin > offset) {
      first -= 1;
      begin -= this.#pieces[first]?.length ?? 0;
    }
    return Buffer.concat(this.#pieces.slice(first));
  }

  /** Resolves when something more has come. @throws when the response is over */
  async more(): Promise<void> {
    if (this.#over) throw new Error(`the response is over: ${this.text.slice(-500)}`);
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Resolves when the response is over: `complete` in order, else broken off. */
  async end(): Promise<{ complete: boolean; trailers: Readonly<Record<string, string | undefined>> }> {
    // Not `once` of node:events: it rejects when the connection is cut before it is closed.
    if (!this.#over) await new Promise<void>((resolve) => this.res.once('close', () => resolve()));
    return { complete: this.res.complete, trailers: this.res.trailers };
  }

  close(): void {
    this.res.destroy();
  }
}
