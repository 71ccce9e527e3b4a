import { type ClientRequest, request } from 'node:http';
import { PATIENCE_MS } from '../../support/patience';

/** Writes to a stream piece by piece. */
export class LiveProducer {
  #written = 0;
  /** The 201 comes at once, and ends when everything is committed. */
  readonly #answered: Promise<unknown>;

  private constructor(
    private readonly url: string,
    private readonly body: ClientRequest,
  ) {
    this.#answered = new Promise((resolve) => {
      body.once('response', (response) => response.resume().once('end', resolve));
    });
  }

  static async start(url: string, id: string): Promise<LiveProducer> {
    const stream = `${url}/stream/${id}`;
    const body = request(stream, { method: 'POST', headers: { 'Transfer-Encoding': 'chunked' } });
    // A test may kill the server.
    body.on('error', () => undefined);
    body.flushHeaders();
    const producer = new LiveProducer(stream, body);
    await producer.#committed(0);
    return producer;
  }

  /** Resolves once it is committed. */
  async write(text: string): Promise<void> {
    this.body.write(text);
    this.#written += Buffer.byteLength(text);
    await this.#committed(this.#written);
  }

  async end(): Promise<void> {
    this.body.end();
    await this.#answered;
  }

  /** Writes the rest over another connection, and ends the stream. */
  async resume(rest: string): Promise<void> {
    const response = await fetch(this.url, {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': String(this.#written),
        'Upload-Complete': '?1',
      },
      body: rest,
    });
    if (response.status !== 204) throw new Error(await response.text());
  }

  abandon(): void {
    this.body.destroy();
  }

  async #committed(bytes: number): Promise<void> {
    const wait = `${this.url}/wait?for=bytes&count=${bytes}&timeout=60s&create`;
    if (bytes > 0) await (await fetch(wait, { signal: AbortSignal.timeout(PATIENCE_MS) })).text();
    while (bytes === 0 && (await fetch(this.url, { method: 'HEAD' })).status === 404);
  }
}
