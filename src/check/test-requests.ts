import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';

type Headers = Readonly<Record<string, string>>;

/** An answer with its whole body. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  readonly text: string;
}

/** A request whose body is written piece by piece. */
export interface OpenUpload {
  /** Resolves when the piece is handed to the kernel. */
  write(piece: Buffer | string): Promise<void>;
  end(): void;
  /** Breaks the connection off. */
  cut(): void;
  readonly answer: Promise<TestAnswer>;
}

/** No answer that is examined is larger. */
const ANSWER_BYTES_MAX = 1 << 20;

/** Requests to one server, each on a connection of its own, as far as a proxy allows. */
export class TestRequests {
  constructor(
    private readonly url: URL,
    private readonly token: string | undefined,
  ) {}

  /** @throws Error after `timeoutMs`, and when the connection breaks */
  async ask(method: string, path: string, timeoutMs: number, headers: Headers = {}): Promise<TestAnswer> {
    const req = this.#request(method, path, headers, AbortSignal.timeout(timeoutMs));
    const answer = answerOf(req);
    req.end();
    return answer;
  }

  upload(path: string, headers: Headers = {}): OpenUpload {
    const stopping = new AbortController();
    const req = this.#request('PUT', path, headers, stopping.signal);
    const answer = answerOf(req);
    answer.catch(() => {});
    req.flushHeaders();
    return {
      answer,
      write: (piece) =>
        new Promise((resolve, reject) => {
          req.write(piece, (error) => (error ? reject(error) : resolve()));
        }),
      end: () => void req.end(),
      cut: () => stopping.abort(),
    };
  }

  /** Reads a response until it has `text`. @throws Error when it ends before, and after `timeoutMs` */
  async readUntil(
    path: string,
    timeoutMs: number,
    steps: readonly { text: string; onRead: () => unknown }[],
  ): Promise<void> {
    const req = this.#request('GET', path, {}, AbortSignal.timeout(timeoutMs));
    req.end();
    const res = await headOf(req);
    let got = '';
    const left = [...steps];
    for await (const chunk of res) {
      got += String(chunk);
      for (let [next] = left; next !== undefined && got.includes(next.text); [next] = left) {
        left.shift();
        next.onRead();
      }
      if (left.length === 0 || got.length > ANSWER_BYTES_MAX) break;
    }
    req.destroy();
    if (left.length > 0) throw new Error(`the response ended without ${JSON.stringify(left[0]?.text)}`);
  }

  #request(method: string, path: string, headers: Headers, signal: AbortSignal): http.ClientRequest {
    const { request } = this.url.protocol === 'https:' ? https : http;
    const own = this.token === undefined ? {} : { Authorization: `Bearer ${this.token}` };
    const target = new URL(this.url.pathname.replace(/\/$/, '') + path, this.url);
    return request(target, { method, headers: { ...own, ...headers }, agent: false, signal });
  }
}

function headOf(req: http.ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    req.on('response', resolve);
    // Also after the response: a connection that breaks then is an error of its body.
    req.on('error', reject);
  });
}

async function answerOf(req: http.ClientRequest): Promise<TestAnswer> {
  const res = await headOf(req);
  let text = '';
  for await (const chunk of res) if (text.length < ANSWER_BYTES_MAX) text += String(chunk);
  return { status: res.statusCode ?? 0, headers: res.headers, text };
}
