import type { LineMatch } from '../../client';
import type { GrepLines } from './grep-lines';

/** The lines of one stream that a search shows: each once, in their order, and the lines around matches in groups. */
export class GrepGroups {
  /** The number of the last line that was shown. */
  #last = 0;
  /** The lines after the last match. The next one may be among them. */
  #after: readonly string[] = [];
  #afterFrom = 0;

  /** @param beginGroup renders what comes between groups, or nothing before the first */
  constructor(
    private readonly id: string,
    private readonly lines: GrepLines,
    private readonly beginGroup: () => string,
  ) {}

  /** @returns what is to be shown now */
  add(match: LineMatch): string {
    const { line, context } = match;
    if (context === undefined) return this.lines.match(this.id, match);
    const { before, after } = context;
    const shown =
      this.#around(this.#afterFrom, this.#after, line) + this.#around(line - before.length, before, line);
    const begin = this.#beginAt(line);
    this.#after = after;
    this.#afterFrom = line + 1;
    this.#last = Math.max(this.#last, line);
    return shown + begin + this.lines.match(this.id, match);
  }

  /** @returns the lines after the last match */
  flush(): string {
    const shown = this.#around(this.#afterFrom, this.#after, Number.POSITIVE_INFINITY);
    this.#after = [];
    return shown;
  }

  /** Renders those of consecutive lines that were not shown and come before `end`. */
  #around(from: number, texts: readonly string[], end: number): string {
    let shown = '';
    for (const [index, text] of texts.entries()) {
      const line = from + index;
      if (line <= this.#last || line >= end) continue;
      shown += this.#beginAt(line) + this.lines.around(this.id, line, text);
      this.#last = line;
    }
    return shown;
  }

  #beginAt(line: number): string {
    return line > this.#last + 1 || this.#last === 0 ? this.beginGroup() : '';
  }
}
