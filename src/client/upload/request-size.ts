import { isTooLargeForLoom } from '../wire/error-code';
import { type BufferedResponse, responseCode } from '../wire/response';

/** A proxy that refuses even this much lets no upload pass. */
const BYTES_MIN = 64;
/** Connections that are cut for another reason do not make requests smaller than this. */
const CUT_BYTES_MIN = 64 * 1024;

/** The most bytes of one request: half as many each time that a proxy refuses one as too large, or cuts the same one again. */
export class RequestSize {
  /** The largest that no proxy has refused. */
  #limit: number;
  #bytesMax: number;
  #cutAt: number | undefined;

  constructor(bytesMax: number) {
    this.#limit = bytesMax;
    this.#bytesMax = bytesMax;
  }

  get bytesMax(): number {
    return this.#bytesMax;
  }

  /** @param sent the bytes of a request that was refused @returns whether a smaller one may be taken */
  shrink(sent: number): boolean {
    const half = Math.floor(Math.min(this.#bytesMax, sent) / 2);
    if (half < BYTES_MIN) return false;
    this.#limit = half;
    this.#bytesMax = half;
    return true;
  }

  /** The connection of a request at this offset was lost. A proxy may have refused its size, and its answer was lost, too. */
  cutAt(offset: number): void {
    if (this.#cutAt === offset)
      this.#bytesMax = Math.min(this.#bytesMax, Math.max(CUT_BYTES_MIN, Math.floor(this.#bytesMax / 2)));
    this.#cutAt = offset;
  }

  accepted(): void {
    this.#cutAt = undefined;
    this.#bytesMax = Math.min(this.#limit, this.#bytesMax * 2);
  }
}

/** Whether a proxy refused a request as too large. Loom's own 413 is about the limit of the whole stream. */
export function isTooLargeForProxy(answer: BufferedResponse): boolean {
  return answer.status === 413 && !isTooLargeForLoom(responseCode(answer));
}
