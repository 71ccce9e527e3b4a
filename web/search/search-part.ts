import { FoundLines } from './found-lines';

/** A part of a log that is searched from its first line on. */
export class SearchPart {
  readonly found = new FoundLines();
  /** All lines before it were searched. */
  next: number;
  isDone: boolean;

  /** @param end the line behind its last */
  constructor(
    readonly first: number,
    readonly end = Number.POSITIVE_INFINITY,
  ) {
    this.next = first;
    this.isDone = first >= end;
  }

  /** The nearest match behind a line or before it. @returns undefined if it is not known, 0 if there is none */
  nearest(line: number, by: 1 | -1): number | undefined {
    const found = by > 0 ? this.found.next(line) : this.found.previous(line);
    if (by > 0) return found ?? (this.isDone ? 0 : undefined);
    return this.isDone || line <= this.next ? (found ?? 0) : undefined;
  }
}
