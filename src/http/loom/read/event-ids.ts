import type { LineText } from '../../../core/bytes/line-splitter';
import { countNewlines } from '../../../core/lines/newlines';
import type { Bounds } from '../../../core/lines/selection';
import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import type { BoundLeft } from '../headers/last-event-id';

/**
 * The ids of the events of one reader: `<offset>-<generation>`, whose `parseInt` is the offset. Of a request with `lines` or `length` they
 * also have what is left of it, as in `42-0193749a-…;lines=7`: a browser that comes back repeats its first query.
 */
export class EventIds {
  readonly #generation: string;
  readonly #isBounded: boolean;
  #bound: BoundLeft | undefined;

  constructor(info: LogInfo, { length, lines, until }: Bounds) {
    this.#generation = wireGeneration(info);
    if (lines !== undefined) this.#bound = { name: 'lines', left: lines };
    else if (length !== undefined) this.#bound = { name: 'length', left: length };
    this.#isBounded = this.#bound !== undefined || until !== undefined;
  }

  /** Counts what an event has. Call it before the id of that event is made. */
  count({ kind, bytes }: LineText): void {
    const bound = this.#bound;
    if (bound === undefined) return;
    const ends = kind === 'lines' ? 1 : 0;
    const passed = bound.name === 'lines' ? ends && ends + countNewlines(bytes) : ends + bytes.length;
    this.#bound = { ...bound, left: Math.max(0, bound.left - passed) };
  }

  /** @param offset after what the reader has with the event */
  at(offset: Offset): string {
    const bound = this.#bound;
    const left = bound === undefined ? '' : `;${bound.name}=${bound.left}`;
    return `${offset}-${this.#generation}${left}`;
  }

  /** Of the last event: an answer that had bounds is not to be gone on with. */
  atEnd(offset: Offset): string {
    return this.#isBounded ? `${offset}-${this.#generation};end` : this.at(offset);
  }
}
