import { type Answer, request } from '../support/http';

type Headers = Readonly<Record<string, string>>;

export const TEXT: Headers = { 'Content-Type': 'text/plain' };
export const BINARY: Headers = { 'Content-Type': 'application/octet-stream' };
export const JSON_TYPE: Headers = { 'Content-Type': 'application/json' };

/** An offset as the Durable Streams wire gives it. */
export function token(offset: number): string {
  return `0000000000000000_${String(offset).padStart(16, '0')}`;
}

/** Speaks the Durable Streams protocol with one stream. */
export class DurableStream {
  constructor(readonly url: string) {}

  create(headers: Headers = {}, body?: string | Buffer): Promise<Answer> {
    return this.#send('PUT', headers, body);
  }

  append(body: string | Buffer, headers: Headers): Promise<Answer> {
    return this.#send('POST', headers, body);
  }

  close(headers: Headers = {}): Promise<Answer> {
    return this.#send('POST', { 'Stream-Closed': 'true', ...headers });
  }

  head(headers: Headers = {}): Promise<Answer> {
    return this.#send('HEAD', headers);
  }

  /** @param query such as `?offset=-1` */
  read(query = '', headers: Headers = {}): Promise<Answer> {
    return request(this.url + query, { headers });
  }

  remove(headers: Headers = {}): Promise<Answer> {
    return this.#send('DELETE', headers);
  }

  /** All of it, chunk after chunk. */
  async readAll(from = '-1'): Promise<Buffer> {
    const chunks: Buffer[] = [];
    for (let offset = from; ; ) {
      const answer = await this.read(`?offset=${offset}`);
      if (answer.status !== 200) throw new Error(`${answer.status}: ${answer.text}`);
      chunks.push(answer.body);
      offset = String(answer.headers['stream-next-offset']);
      if (answer.headers['stream-up-to-date'] === 'true') return Buffer.concat(chunks);
    }
  }

  #send(method: string, headers: Headers, body?: string | Buffer): Promise<Answer> {
    return request(this.url, { method, headers, ...(body !== undefined && { body }) });
  }
}

/** The headers of one request of an idempotent producer. */
export function producer(id: string, epoch: number, sequence: number): Headers {
  return { 'Producer-Id': id, 'Producer-Epoch': String(epoch), 'Producer-Seq': String(sequence) };
}
