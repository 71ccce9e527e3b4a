import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config';
import { continueIfExpected } from '../continue-if-expected';
import type { Exchange } from '../direct';
import { RequestError } from '../request-error';

const NOTHING = Buffer.alloc(0);

/** Bodies that are read whole before anything is done with them. All of them together stay within a bound. */
export class Bodies {
  readonly #limits: Config['limits'];
  #gathered = 0;

  constructor(limits: Config['limits']) {
    this.#limits = limits;
  }

  /**
   * Reads a body and lends it to `work`.
   * @throws RequestError `BODY_TOO_LARGE`, `BODIES_TOO_MANY`; AbortError when the client leaves before its end
   */
  async with<T>(exchange: Exchange, work: (body: Buffer) => Promise<T>): Promise<T> {
    const { req, res } = exchange;
    const announced = Number(req.headers['content-length'] ?? 0);
    const held = { bytes: 0 };
    try {
      this.#hold(held, announced);
      continueIfExpected(req, res);
      return await work(await this.#read(req, held));
    } finally {
      this.#gathered -= held.bytes;
    }
  }

  #read(req: IncomingMessage, held: { bytes: number }): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      let first: Buffer = NOTHING;
      let rest: Buffer[] | undefined;
      let size = 0;
      req.on('data', (piece: Buffer) => {
        size += piece.length;
        try {
          if (size > held.bytes) this.#hold(held, size);
        } catch (error) {
          reject(error);
          return;
        }
        if (size === piece.length) first = piece;
        else if (rest === undefined) rest = [first, piece];
        else rest.push(piece);
      });
      req.once('end', () => resolve(rest === undefined ? first : Buffer.concat(rest, size)));
      req.once('close', () => {
        if (!req.complete) reject(new DOMException('The client has left', 'AbortError'));
      });
      // 'close' follows.
      req.on('error', () => {});
    });
  }

  #hold(held: { bytes: number }, bytes: number): void {
    const { appendBytes, gatheredBytes } = this.#limits;
    if (bytes > appendBytes) {
      throw new RequestError(
        'BODY_TOO_LARGE',
        `A body that is stored in one step may have ${appendBytes} bytes`,
      );
    }
    if (this.#gathered + bytes - held.bytes > gatheredBytes) {
      throw new RequestError(
        'BODIES_TOO_MANY',
        'The server is taking in as many bodies as it may. Come back soon',
      );
    }
    this.#gathered += bytes - held.bytes;
    held.bytes = bytes;
  }
}
