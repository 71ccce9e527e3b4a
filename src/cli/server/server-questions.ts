import type { ListedStream } from '../../client';
import { Endpoint, type EndpointOptions } from '../../client/wire/endpoint';
import { memberOf, tryParseJson } from '../../client/wire/json';
import { parseListedStream } from '../../client/wire/listed-stream';
import { asOlderServer } from '../../client/wire/older-server';
import { withTimeout } from '../../client/wire/request-timeout';
import { assertSuccess, type BufferedResponse } from '../../client/wire/response';
import { parseServerAbout, type ServerAbout } from './server-about';

const ANSWER_MS = 30_000;

/** A stream, with all that the server says of it. */
export interface DescribedStream {
  readonly stream: ListedStream;
  /** How many lines it has, if the server knows it. */
  readonly lines: number | undefined;
  /** The object of the answer. */
  readonly answer: object;
}

/** What the command line asks a server beyond what programs do. Each question is asked once. */
export class ServerQuestions {
  readonly #endpoint: Endpoint;

  /** @throws LoomClientError `INVALID` */
  constructor(options: EndpointOptions) {
    this.#endpoint = new Endpoint(options);
  }

  /** Asks for the version, the kind of store, and what the token allows. @throws LoomClientError `REFUSED` for an older server */
  async about(): Promise<ServerAbout> {
    try {
      return parseServerAbout((await this.#ask(this.#endpoint.url('/about'))).text);
    } catch (error) {
      throw asOlderServer(error, 'questions about itself');
    }
  }

  /** Checks that the server answers. It needs no token for that. @returns the server's clock, in Unix milliseconds, by the second; `undefined` if the answer has no date @throws LoomClientError */
  async reach(): Promise<number | undefined> {
    const { headers } = await this.#ask(this.#endpoint.url('/healthz'));
    const date = Date.parse(headers.get('Date') ?? '');
    return Number.isNaN(date) ? undefined : date;
  }

  /** Checks that the store takes appends. @throws LoomClientError with the reason if it does not */
  async assertReady(): Promise<void> {
    await this.#ask(this.#endpoint.url('/readyz'));
  }

  /** @throws LoomClientError */
  async describe(id: string): Promise<DescribedStream> {
    const { text } = await this.#ask(this.#endpoint.below(id, 'info'));
    const stream = parseListedStream(text);
    const answer = tryParseJson(text);
    const lines = memberOf(answer, 'lines');
    return {
      stream,
      lines: typeof lines === 'number' ? lines : undefined,
      answer: typeof answer === 'object' && answer !== null ? answer : stream,
    };
  }

  #ask(url: URL): Promise<BufferedResponse> {
    return withTimeout(undefined, ANSWER_MS, async ({ signal }) => {
      const answer = await this.#endpoint.requestBuffered('GET', url, { signal });
      assertSuccess(answer);
      return answer;
    });
  }
}
