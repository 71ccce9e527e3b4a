import { GrowingArray } from '../lines/growing-array';
import type { Columns } from './match-columns';

/** Of so many lines the places are kept, those that were found first. */
const MAX_PLACED = 20_000;

/** The lines that a search has found, in ascending order. */
export class FoundLines {
  readonly #lines = new GrowingArray();
  readonly #columns = new Map<number, readonly Columns[]>();

  get count(): number {
    return this.#lines.length;
  }

  /** 0 if there is none. */
  get last(): number {
    return this.#lines.at(this.count - 1) || 0;
  }

  /** Lines that are there already are left out. @param columns called if they are kept */
  add(line: number, columns: () => readonly Columns[]): void {
    if (line <= this.last) return;
    this.#lines.push(line);
    if (this.#columns.size < MAX_PLACED) this.#columns.set(line, columns());
  }

  /** @returns the number of a match from 1, 0 if this line is none */
  ordinalOf(line: number): number {
    const index = this.#lines.lastAtMost(line);
    return index >= 0 && this.#lines.at(index) === line ? index + 1 : 0;
  }

  columnsOf(line: number): readonly Columns[] {
    return this.#columns.get(line) ?? [];
  }

  /** The first one behind a line. */
  next(line: number): number | undefined {
    return this.#at(this.#lines.lastAtMost(line) + 1);
  }

  /** The last one before a line. */
  previous(line: number): number | undefined {
    return this.#at(this.#lines.lastAtMost(line - 1));
  }

  *[Symbol.iterator](): Generator<number> {
    for (let at = 0; at < this.count; at += 1) yield this.#lines.at(at);
  }

  #at(index: number): number | undefined {
    const line = this.#lines.at(index);
    return Number.isNaN(line) ? undefined : line;
  }
}
