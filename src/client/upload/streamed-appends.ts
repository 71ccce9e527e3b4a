import type { RequestTimeout } from '../wire/request-timeout';
import type { BufferedResponse } from '../wire/response';
import type { Backlog } from './backlog';
import { BufferingProbe } from './buffering-probe';
import { UploadBody } from './upload-body';
import type { UploadSettings } from './upload-options';

/** The part of the source that a PATCH carries. */
export interface SentPart {
  readonly from: number;
  /** The most bytes of the request. */
  readonly bytesMax: number;
  /** Whether the part includes the end of the source, and thus ends the stream. */
  readonly isLast: boolean;
}

/** The answer to a PATCH, and the offset after the last byte that was sent. */
export interface Appended {
  readonly answer: BufferedResponse;
  readonly to: number;
}

/** In a browser nothing is streamed: it streams bodies at most over HTTP/2. */
const IS_BROWSER = 'document' in globalThis || 'WorkerGlobalScope' in globalThis;

/** @param offset asks the server how much it has @returns `undefined` if every part is to be sent as one block */
export function openStreamedAppends(
  settings: UploadSettings,
  offset: () => Promise<number | undefined>,
): StreamedAppends | undefined {
  return IS_BROWSER || settings.bodies === 'whole' ? undefined : new StreamedAppends(settings, offset);
}

/** Sends the PATCHes of an upload whose bodies stream the backlog. */
export class StreamedAppends {
  readonly #probe: BufferingProbe;

  constructor(
    private readonly settings: UploadSettings,
    offset: () => Promise<number | undefined>,
  ) {
    this.#probe = new BufferingProbe(settings.requestLifeMs, offset, () =>
      settings.onEvent?.({ kind: 'buffered' }),
    );
  }

  /** @throws the error of `send`, or the backlog's if that ended the body */
  async append(
    backlog: Backlog,
    { from, bytesMax, isLast }: SentPart,
    timeout: RequestTimeout,
    send: (body: ReadableStream<Uint8Array>) => Promise<BufferedResponse>,
  ): Promise<Appended> {
    const body = new UploadBody(backlog, from, {
      // The end of the last body ends the stream: only the end of the source may end it.
      bytesMax: isLast ? backlog.end - from : bytesMax,
      lifeMs: isLast ? Number.POSITIVE_INFINITY : this.settings.requestLifeMs,
      onPull: () => timeout.refresh(),
    });
    const endProbe = this.#probe.watch(body);
    try {
      const answer = await send(body.stream);
      return { answer, to: body.to };
    } catch (error) {
      throw body.failure ?? error;
    } finally {
      endProbe();
      body.stop();
    }
  }
}
