import type { LineRange } from '../address/page-address';
import type { LogView } from './log-view';

/** The lines that the address of the page names: they stand out, and are what a shared link leads to. */
export class LinkedLines {
  #range: LineRange | undefined;
  /** Where a range began: a shift-click goes from there. */
  #start = 1;

  constructor(
    private readonly view: LogView,
    private readonly changed: (range: LineRange) => void,
  ) {}

  get range(): LineRange | undefined {
    return this.#range;
  }

  includes(line: number): boolean {
    return this.#range !== undefined && line >= this.#range.from && line <= this.#range.to;
  }

  /** From the address: nothing is written to it. */
  show(range: LineRange | undefined): void {
    this.#range = range;
    if (range !== undefined) this.#start = range.from;
    this.view.restyle();
  }

  /** Links to a line, or with `extend` to all from the last one up to it. */
  link(line: number, extend: boolean): void {
    if (!extend || this.#range === undefined) this.#start = line;
    this.#range = { from: Math.min(this.#start, line), to: Math.max(this.#start, line) };
    this.view.restyle();
    this.changed(this.#range);
  }
}
