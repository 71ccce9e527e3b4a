import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { freePort } from '../support/free-port';

/**
 * How the server fails one request.
 *
 * none      answers correctly
 * refuse    answers at once, before it reads the body
 * cut       stores `after` bytes of the body and breaks the connection
 * swallow   stores the body and breaks the connection instead of answering
 * half      stores the body and breaks the connection inside the answer
 * mute      stores the body and never answers
 */
export type Fault =
  | { readonly kind: 'none' | 'swallow' | 'half' | 'mute' }
  | { readonly kind: 'cut'; readonly after: number }
  | {
      readonly kind: 'refuse';
      readonly status: number;
      readonly headers?: Readonly<Record<string, string>>;
      readonly error?: string;
      readonly code?: string;
    };

export class Stored {
  state = 'open';
  /** The `X-Stream-Metadata` of each PATCH that had one. */
  readonly notes: string[] = [];
  length = 0;
  #pieces: Buffer[] = [];

  constructor(
    readonly key: string | undefined,
    readonly metadata?: string,
  ) {}

  get bytes(): Buffer {
    this.#pieces = [Buffer.concat(this.#pieces)];
    return this.#pieces[0] ?? Buffer.alloc(0);
  }

  set bytes(bytes: Buffer) {
    this.#pieces = [bytes];
    this.length = bytes.length;
  }

  append(piece: Buffer): void {
    this.#pieces.push(piece);
    this.length += piece.length;
  }
}

export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  /** How many bytes of the body arrived. */
  bytes: number;
  readonly at: number;
}

/**
 * A server in memory that fails on purpose: `faults` has one fault per request, in order. It accepts bytes only at the committed offset,
 * so that its content shows lost or repeated bytes.
 */
export class UnrulyServer {
  readonly streams = new Map<string, Stored>();
  readonly seen: Seen[] = [];
  faults: Fault[] = [];
  #server: Server | undefined;
  #port = 0;

  /** @param port the port of the last start by default, so that a stopped server can return */
  async start(port?: number): Promise<void> {
    this.#port = port ?? (this.#port || (await freePort()));
    this.#server = createServer((req, res) => void this.#serve(req, res));
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Breaks all connections and keeps the stored streams. */
  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  content(id: string): Buffer {
    return this.stream(id).bytes;
  }

  stream(id: string): Stored {
    const stored = this.streams.get(id);
    if (stored === undefined) throw new Error(`no stream ${id}`);
    return stored;
  }

  requests(method: string): readonly Seen[] {
    return this.seen.filter((seen) => seen.method === method);
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    req.on('error', () => {});
    const fault = this.faults.shift() ?? { kind: 'none' };
    const seen: Seen = {
      method: req.method ?? '',
      url: req.url ?? '',
      headers: req.headers,
      bytes: 0,
      at: Date.now(),
    };
    this.seen.push(seen);
    if (fault.kind === 'refuse') {
      res.writeHead(fault.status, { 'Content-Type': 'application/json', ...fault.headers });
      res.end(JSON.stringify({ error: fault.error ?? 'refused', code: fault.code }));
      req.resume();
      return;
    }
    const answer = await this.#answer(req, seen, fault).catch(() => undefined);
    if (answer === undefined || fault.kind === 'swallow') res.destroy();
    else if (fault.kind !== 'mute') this.#send(res, answer, fault);
  }

  #send(res: ServerResponse, { status, headers = {}, error, code }: Answer, fault: Fault): void {
    const body = error === undefined ? '' : JSON.stringify({ error, code });
    if (fault.kind !== 'half') {
      res.writeHead(status, headers).end(body);
      return;
    }
    res.writeHead(status, { ...headers, 'Content-Length': String(body.length + 10) });
    res.write(`${body}     `);
    setImmediate(() => res.destroy());
  }

  async #answer(req: IncomingMessage, seen: Seen, fault: Fault): Promise<Answer | undefined> {
    const url = new URL(req.url ?? '', 'http://unruly');
    const id = decodeURIComponent(url.pathname.slice('/stream/'.length));
    const stored = this.streams.get(id);
    if (req.method === 'POST') return this.#create(req, id, stored, url.searchParams.get('force') === 'true');
    if (stored === undefined)
      return { status: 404, error: `The stream with ID ${id} does not exist`, code: 'stream_not_found' };
    if (req.method === 'HEAD') return { status: 200, headers: progress(stored) };
    return patch(req, seen, stored, fault);
  }

  #create(req: IncomingMessage, id: string, stored: Stored | undefined, force: boolean): Answer {
    const key = text(req.headers['idempotency-key']);
    if (stored !== undefined && stored.key === key) {
      return {
        status: 409,
        headers: { ...progress(stored), 'Idempotency-Key': key ?? '' },
        error: 'yours already',
        code: 'already_created',
      };
    }
    if (stored !== undefined && !force)
      return { status: 409, error: `The stream with ID ${id} already exists.`, code: 'stream_exists' };
    const metadata = text(req.headers['x-stream-metadata']);
    this.streams.set(id, new Stored(key, metadata));
    return { status: 201, headers: { 'X-Stream-Id': id, ...(stored && { 'X-Stream-Replaced': 'true' }) } };
  }
}

interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly error?: string;
  readonly code?: string;
}

/** @returns `undefined` if the body was cut */
async function patch(
  req: IncomingMessage,
  seen: Seen,
  stored: Stored,
  fault: Fault,
): Promise<Answer | undefined> {
  const key = text(req.headers['idempotency-key']);
  if (key !== stored.key) {
    const theirs = stored.key === undefined ? undefined : { 'Idempotency-Key': stored.key };
    return { status: 409, error: 'not yours', code: 'producer_replaced', ...(theirs && { headers: theirs }) };
  }
  if (stored.state !== 'open')
    return { status: 409, headers: progress(stored), error: 'closed', code: 'stream_closed' };
  if (Number(req.headers['upload-offset']) !== stored.length) {
    return { status: 409, headers: progress(stored), error: 'another offset', code: 'offset_mismatch' };
  }
  for await (const piece of req) {
    const room = fault.kind === 'cut' ? fault.after - seen.bytes : piece.length;
    const taken = piece.subarray(0, room);
    stored.append(taken);
    seen.bytes += taken.length;
    if (fault.kind === 'cut' && seen.bytes >= fault.after) return undefined;
  }
  if (fault.kind === 'cut') return undefined;
  const note = text(req.headers['x-stream-metadata']);
  if (note !== undefined) stored.notes.push(note);
  if (req.headers['upload-complete'] === '?1') stored.state = 'closed; outcome=complete';
  return { status: 204, headers: progress(stored) };
}

function progress({ length, state }: Stored): Record<string, string> {
  return { 'Upload-Offset': String(length), 'X-Stream-State': state };
}

function text(header: string | string[] | undefined): string | undefined {
  return header === undefined ? undefined : String(header);
}
