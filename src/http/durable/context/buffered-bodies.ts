import type { IncomingMessage } from 'node:http';
import type { Config } from '../../../config/config';
import { onAbort } from '../../../core/scheduling/abortable';
import type { MinimumRate } from '../../body/body-deadline';
import { collectBody } from '../../body/collect-body';
import { continueIfExpected } from '../../body/continue-if-expected';
import { RequestError } from '../../errors/request-error';
import type { WireRequest } from '../../front/wire-request';

/** Bodies that are read whole before anything is done with them. All of them together stay within a bound. */
export class BufferedBodies {
  readonly #limits: Config['limits'];
  readonly #pace: MinimumRate;
  readonly #coming = new Map<IncomingMessage, (error: Error) => void>();
  #gathered = 0;

  /** @param stopping what has not come when it aborts is not waited for */
  constructor(
    { limits, http }: Pick<Config, 'limits' | 'http'>,
    private readonly stopping: AbortSignal,
  ) {
    this.#limits = limits;
    this.#pace = { slackMs: http.bodyTimeout, bytesPerSecond: http.bodyRate };
    onAbort(stopping, () => this.#stop());
  }

  /**
   * Reads a body and lends it to `work`.
   * @throws RequestError `BODY_TOO_LARGE`, `BODIES_TOO_MANY`, `BODY_STALLED`, `STOPPING`; AbortError when the client leaves before
   *   its end
   */
  async withBody<T>(
    { req, res }: Pick<WireRequest, 'req' | 'res'>,
    work: (body: readonly Buffer[]) => Promise<T>,
  ): Promise<T> {
    if (this.stopping.aborted && !req.complete) throw stopped();
    this.#assertSize(Number(req.headers['content-length'] ?? 0));
    // What is only announced takes no room: it need not ever come.
    let held = 0;
    const onBytes = (bytes: number): void => {
      this.#hold(bytes - held, bytes);
      held = bytes;
    };
    try {
      continueIfExpected(req, res);
      return await work(await collectBody(req, { onBytes, pace: this.#pace, inProgress: this.#coming }));
    } finally {
      this.#gathered -= held;
    }
  }

  /** @param more bytes of a body that has `bytes` with them */
  #hold(more: number, bytes: number): void {
    this.#assertSize(bytes);
    if (this.#gathered + more > this.#limits.gatheredBytes) {
      throw new RequestError(
        'BODIES_TOO_MANY',
        'The server is taking in as many bodies as it may. Come back soon',
      );
    }
    this.#gathered += more;
  }

  #assertSize(bytes: number): void {
    const { appendBytes } = this.#limits;
    if (bytes <= appendBytes) return;
    throw new RequestError(
      'BODY_TOO_LARGE',
      `A body that is stored in one step may have ${appendBytes} bytes`,
    );
  }

  #stop(): void {
    for (const [req, refuse] of this.#coming) {
      if (!req.complete) refuse(stopped());
    }
  }
}

function stopped(): RequestError {
  return new RequestError('STOPPING', 'The server stops', { Connection: 'close' });
}
