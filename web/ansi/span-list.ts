import type { Pen } from './row';
import { sameStyle } from './sgr';
import { PLAIN, type Span } from './span';

/** So many spans take 5 ms to show; a line with more is not made for people. */
export const MAX_SPANS = 1_000;

/** Joins neighbouring pieces of text that look the same, and takes at most `MAX_SPANS`: the rest of the text is plain, and a note says so. */
export class SpanList {
  readonly #spans: Span[] = [];
  #pen: Pen | undefined;
  #text = '';
  #leftOut = 0;

  add(text: string, pen: Pen): void {
    if (text === '') return;
    if (this.#pen !== undefined && samePen(this.#pen, pen)) {
      this.#text += text;
      return;
    }
    if (this.#spans.length >= MAX_SPANS - 2 && this.#pen !== undefined) {
      this.#leftOut += 1;
      if (this.#leftOut === 1) this.#begin('', { style: PLAIN, href: undefined, kind: undefined });
      this.#text += text;
      return;
    }
    this.#begin(text, pen);
  }

  /** The spans; nothing may be added afterwards. */
  end(): readonly Span[] {
    this.#flush();
    if (this.#leftOut > 0)
      this.#spans.push({ text: ` … ${this.#leftOut} more styles left out`, style: PLAIN, kind: 'note' });
    return this.#spans;
  }

  #begin(text: string, pen: Pen): void {
    this.#flush();
    this.#pen = pen;
    this.#text = text;
  }

  #flush(): void {
    if (this.#pen === undefined || this.#text === '') return;
    const { style, href, kind } = this.#pen;
    this.#spans.push({
      text: this.#text,
      style,
      ...(href !== undefined && { href }),
      ...(kind !== undefined && { kind }),
    });
  }
}

function samePen(a: Pen, b: Pen): boolean {
  return a === b || (a.href === b.href && a.kind === b.kind && sameStyle(a.style, b.style));
}
