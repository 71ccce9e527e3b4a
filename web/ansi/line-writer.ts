import { maybeControl, symbolAt } from './control-symbols';
import { type EscapeSequence, readEscape } from './escape-sequence';
import { linkOf } from './link';
import type { Pen, Row } from './row';
import { applySgr } from './sgr';
import { PLAIN, type Style } from './span';

const BACKSPACE = 0x08;
const CARRIAGE_RETURN = 0x0d;
const ESC = 0x1b;
/** Far beyond any width of a terminal. */
const MAX_COLUMN = 9_999;
/** By the parameter of `CSI K`. */
const ERASED = ['end', 'begin', 'all'] as const;

/** Writes a line to a row, as a terminal does. Goes through the line once. */
export class LineWriter {
  #pen: Pen;
  #symbolPen: Pen;

  constructor(
    private readonly line: string,
    style: Style,
    private readonly row: Row,
  ) {
    this.#pen = { style, href: undefined, kind: undefined };
    this.#symbolPen = { style, href: undefined, kind: 'symbol' };
  }

  /** @returns the style at the end of the line */
  run(): Style {
    const { line, row } = this;
    let from = 0;
    for (let at = 0; at < line.length; ) {
      const end = maybeControl(line.charCodeAt(at)) ? this.#control(at, from) : undefined;
      if (end !== undefined) from = end;
      at = end ?? at + 1;
    }
    if (from < line.length) row.put(line.slice(from), this.#pen);
    return this.#pen.style;
  }

  /**
   * @param from where the text begins that is not written yet
   * @returns the index behind the control character or sequence, or undefined if it is text
   */
  #control(at: number, from: number): number | undefined {
    const { line, row } = this;
    const unit = line.charCodeAt(at);
    const sequence = unit === ESC ? readEscape(line, at) : undefined;
    const moves = unit === CARRIAGE_RETURN || unit === BACKSPACE;
    const symbol = sequence !== undefined || moves ? undefined : symbolAt(line, at);
    if (sequence === undefined && symbol === undefined && !moves) return undefined;
    if (from < at) row.put(line.slice(from, at), this.#pen);
    if (sequence !== undefined) this.#follow(sequence);
    else if (symbol !== undefined) row.put(symbol.text, this.#symbolPen);
    else if (unit === CARRIAGE_RETURN) row.moveTo(0);
    else row.moveBy(-1);
    return sequence?.end ?? at + (symbol?.units ?? 1);
  }

  #follow({ kind, code, body }: EscapeSequence): void {
    const { style, href } = this.#pen;
    if (kind === 'string' && code === ']') {
      const link = linkOf(body);
      if (link !== null) this.#use(style, link);
    } else if (kind === 'csi' && code === 'm') {
      if (/^[\d;:]*$/u.test(body)) this.#use(applySgr(style, body), href);
    } else if (kind === 'csi') {
      if (/^\d*$/u.test(body)) this.#move(code, Number(body));
    } else if (kind === 'short' && code === 'c' && body === '') {
      this.#use(PLAIN, undefined);
    }
  }

  #move(code: string, parameter: number): void {
    const count = Math.min(parameter || 1, MAX_COLUMN);
    if (code === 'G') this.row.moveTo(count - 1);
    else if (code === 'C') this.row.moveBy(count);
    else if (code === 'D') this.row.moveBy(-count);
    else if (code === 'K') this.row.erase(ERASED[parameter] ?? 'end');
  }

  #use(style: Style, href: string | undefined): void {
    this.#pen = { style, href, kind: undefined };
    this.#symbolPen = { style, href, kind: 'symbol' };
  }
}
