import type { IncomingMessage } from 'node:http';
import type { Config } from '../../../config/config';
import { onAbort } from '../../../core/scheduling/abortable';
import { readPieces, type WholeBodyLimits } from '../../body/whole-body';
import { RequestError } from '../../errors/request-error';
import { shuttingDown } from '../../errors/shared-errors';
import type { WireRequest } from '../../front/wire-request';

/** Bodies that are read whole before anything is done with them. All of them together stay within a bound. */
export class BufferedBodies {
  readonly #limits: WholeBodyLimits;
  readonly #bytesMax: number;
  readonly #inProgress = new Map<IncomingMessage, (error: Error) => void>();
  #bytes = 0;

  /** @param stopping once it aborts, bodies that have not come are refused */
  constructor(
    { limits, http }: Pick<Config, 'limits' | 'http'>,
    private readonly stopping: AbortSignal,
  ) {
    const pace = { slackMs: http.bodyTimeout, bytesPerSecond: http.bodyRate };
    this.#limits = { bytes: limits.appendBytes, pace };
    this.#bytesMax = limits.gatheredBytes;
    onAbort(stopping, () => this.#refuseUnfinished());
  }

  /** Reads a body and lends it to `work`. @throws as `readPieces`; RequestError `BODIES_TOO_MANY`, `STOPPING` */
  async withBody<T>(
    request: Pick<WireRequest, 'req' | 'res' | 'principal'>,
    work: (body: readonly Buffer[]) => Promise<T>,
  ): Promise<T> {
    const { req, res } = request;
    if (this.stopping.aborted && !req.complete) throw shuttingDown({ Connection: 'close' });
    let reserved = 0;
    const reserve = (bytes: number): void => {
      this.#reserve(bytes);
      reserved += bytes;
    };
    try {
      const body = await readPieces(req, res, this.#limits, { reserve, inProgress: this.#inProgress });
      // It is small, and here already: the next request waits for it.
      request.principal().rates?.received(reserved);
      return await work(body);
    } finally {
      this.#bytes -= reserved;
    }
  }

  #reserve(bytes: number): void {
    if (this.#bytes + bytes > this.#bytesMax) {
      throw new RequestError(
        'BODIES_TOO_MANY',
        'The server is taking in as many bodies as it may. Come back soon',
      );
    }
    this.#bytes += bytes;
  }

  #refuseUnfinished(): void {
    for (const [req, refuse] of this.#inProgress) {
      if (!req.complete) refuse(shuttingDown({ Connection: 'close' }));
    }
  }
}
