import type { Pen, Row, WrittenRow } from './row';
import { PLAIN } from './span';
import { SpanList } from './span-list';

const BLANK: Pen = { style: PLAIN, href: undefined, kind: undefined };
/** Erasing and gaps cost more than the characters that ask for them: beyond this they have no effect, so that a line takes linear time. */
const MAX_EXTRA_CELLS = 1 << 20;
/** Combining characters belong to the cell before; more of them than this are left out. */
const MAX_CELL_UNITS = 32;
const COMBINING = /^[\p{M}\u200c\u200d]$/u;

/** A row of cells that can be written again, as in a terminal: for lines with `\r`, backspace or movements of the cursor. */
export class CellRow implements Row {
  readonly #texts: string[] = [];
  readonly #pens: Pen[] = [];
  #column = 0;
  #extra = 0;
  #beyond = false;

  /** @param limit at most so many cells are kept */
  constructor(private readonly limit: number) {}

  put(text: string, pen: Pen): void {
    if (pen.kind === 'symbol') this.#write(text, pen);
    else for (const character of text) this.#put(character, pen);
  }

  moveTo(column: number): void {
    this.#column = Math.max(0, column);
  }

  moveBy(columns: number): void {
    this.moveTo(this.#column + columns);
  }

  erase(what: 'end' | 'begin' | 'all'): void {
    if (what === 'begin') {
      const end = Math.min(this.#column + 1, this.#texts.length);
      if (this.#spend(end)) for (let at = 0; at < end; at += 1) this.#set(at, ' ', BLANK);
      return;
    }
    this.#truncate(what === 'all' ? 0 : this.#column);
  }

  end(): WrittenRow {
    const spans = new SpanList();
    for (const [at, text] of this.#texts.entries()) spans.add(text, this.#pens[at] ?? BLANK);
    return { spans: spans.end(), cut: this.#beyond };
  }

  #put(character: string, pen: Pen): void {
    const before = this.#texts[this.#column - 1];
    if (before !== undefined && character >= '\u0300' && COMBINING.test(character)) {
      if (before.length < MAX_CELL_UNITS) this.#texts[this.#column - 1] = before + character;
      return;
    }
    this.#write(character, pen);
  }

  #write(text: string, pen: Pen): void {
    if (this.#column >= this.limit) {
      this.#beyond = true;
      return;
    }
    this.#fill();
    this.#set(this.#column, text, pen);
    this.#column += 1;
  }

  /** Blanks between the end of what is written and the cursor. */
  #fill(): void {
    const missing = this.#column - this.#texts.length;
    if (missing <= 0) return;
    if (!this.#spend(missing)) this.#column = this.#texts.length;
    else for (let at = this.#texts.length; at < this.#column; at += 1) this.#set(at, ' ', BLANK);
  }

  #truncate(length: number): void {
    if (length < this.#texts.length) {
      this.#texts.length = length;
      this.#pens.length = length;
    }
    if (length <= this.limit) this.#beyond = false;
  }

  #set(at: number, text: string, pen: Pen): void {
    this.#texts[at] = text;
    this.#pens[at] = pen;
  }

  #spend(cells: number): boolean {
    this.#extra += cells;
    return this.#extra <= MAX_EXTRA_CELLS;
  }
}
