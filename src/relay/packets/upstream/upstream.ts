import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { concatChunks } from '../../../core/bytes/concat-chunks';
import { onAbort } from '../../../core/scheduling/abortable';

/** An idle connection is closed before the upstream closes it, as many servers do after five seconds. */
const IDLE_MS = 4_000;

/** The answer of an upstream. */
export interface UpstreamAnswer {
  readonly status: number;
  /** As received: name, value, name, value. */
  readonly headers: readonly string[];
  /** By lower-case names. */
  readonly header: (name: string) => string | undefined;
  /** `undefined` if it is longer than `bodyBytesMax`. */
  readonly body: Buffer | undefined;
}

/** A request to an upstream. */
export interface UpstreamRequest {
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly signal: AbortSignal;
  /** Called when the whole request was handed to the network. Called again if it is sent again. */
  readonly sent?: () => void;
}

export interface UpstreamOptions {
  readonly timeoutMs: number;
  readonly bodyBytesMax: number;
}

/** One server behind the proxy. Its connections are kept alive. */
export class Upstream {
  readonly #url: URL;
  readonly #agent: HttpAgent | HttpsAgent;

  constructor(
    readonly url: string,
    private readonly options: UpstreamOptions,
  ) {
    this.#url = new URL(url);
    const pool = { keepAlive: true, timeout: IDLE_MS };
    this.#agent = this.#isTls ? new HttpsAgent(pool) : new HttpAgent(pool);
  }

  /** @throws Error if there is no complete answer in time */
  async post(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const { timeoutMs } = this.options;
    const controller = new AbortController();
    const timer = setTimeout(
      () => controller.abort(new Error(`no answer within ${timeoutMs} ms`)),
      timeoutMs,
    );
    const removeAbort = onAbort(request.signal, () => controller.abort());
    try {
      return await this.#attemptTwice({ ...request, signal: controller.signal });
    } catch (error) {
      throw controller.signal.aborted ? controller.signal.reason : error;
    } finally {
      clearTimeout(timer);
      removeAbort();
    }
  }

  close(): void {
    this.#agent.destroy();
  }

  get #isTls(): boolean {
    return this.#url.protocol === 'https:';
  }

  async #attemptTwice(request: UpstreamRequest): Promise<UpstreamAnswer> {
    try {
      return await this.#attempt(request);
    } catch (error) {
      if (error instanceof StaleConnection) return this.#attempt(request);
      throw error;
    }
  }

  async #attempt(request: UpstreamRequest): Promise<UpstreamAnswer> {
    const req = this.#open(request);
    const res = await headOf(req, request);
    const body = await bodyOf(res, this.options.bodyBytesMax);
    const header = (name: string): string | undefined => {
      const value = res.headers[name];
      return Array.isArray(value) ? value[0] : value;
    };
    return { status: res.statusCode ?? 0, headers: res.rawHeaders, header, body };
  }

  #open({ headers, body, signal }: UpstreamRequest): ClientRequest {
    const open = this.#isTls ? httpsRequest : httpRequest;
    const req = open(this.#url, { method: 'POST', agent: this.#agent, signal });
    // Node would drop all headers of an answer after the thousandth.
    req.maxHeadersCount = 0;
    for (const [name, values] of byName(headers)) req.setHeader(name, values);
    req.setHeader('Content-Type', 'application/octet-stream');
    req.setHeader('Content-Length', body.length);
    return req;
  }
}

/** The upstream closed an idle connection just when it was reused: that says nothing about the upstream. */
class StaleConnection extends Error {}

function headOf(req: ClientRequest, { body, sent }: UpstreamRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    req.once('response', resolve);
    req.on('error', (error: NodeJS.ErrnoException) => {
      const isStale = req.reusedSocket && error.code === 'ECONNRESET';
      reject(isStale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    if (sent !== undefined) req.once('finish', sent);
    req.end(body);
  });
}

/** Stops reading a body that is too long. */
async function bodyOf(res: IncomingMessage, bytesMax: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of res) {
    bytes += chunk.length;
    if (bytes > bytesMax) return undefined;
    chunks.push(chunk);
  }
  return concatChunks(chunks);
}

/** A repeated header becomes one with several values. */
function byName(headers: readonly string[]): Iterable<[string, string[]]> {
  const grouped = new Map<string, [string, string[]]>();
  for (let i = 0; i + 1 < headers.length; i += 2) {
    const [name = '', value = ''] = headers.slice(i, i + 2);
    const group = grouped.get(name.toLowerCase());
    if (group === undefined) grouped.set(name.toLowerCase(), [name, [value]]);
    else group[1].push(value);
  }
  return grouped.values();
}
