import { SLICE_BYTES } from '../scheduling/turn-byte-budget';
import type { FoundLine } from './found-line';

/** How much of an answer a line takes beside its texts, and each of its places, about. */
const [LINE_UNITS, PLACE_UNITS] = [96, 12];

/** Lines that one step of a search has found. They are sent together: to send each by itself costs more than to find it. */
export class FoundBatch {
  #lines: FoundLine[] = [];
  /** About what they take in an answer, in code units. */
  #units = 0;

  /** Whether they are enough for one piece of work. */
  get isFull(): boolean {
    return this.#units >= SLICE_BYTES;
  }

  get isEmpty(): boolean {
    return this.#lines.length === 0;
  }

  add(found: FoundLine): void {
    this.#lines.push(found);
    this.#units += LINE_UNITS + found.text.length + PLACE_UNITS * found.places.length;
    for (const { length } of found.before) this.#units += length;
    for (const { length } of found.after) this.#units += length;
  }

  /** What was added since the last call. */
  take(): readonly FoundLine[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#units = 0;
    return lines;
  }
}
