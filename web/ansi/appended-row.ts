import type { Pen, Row, WrittenRow } from './row';
import { SpanList } from './span-list';

/** A row whose cursor never moves back, as that of almost every line. */
export class AppendedRow implements Row {
  readonly #spans = new SpanList();
  #room: number;
  #cut = false;

  /** @param limit at most so many UTF-16 units are kept */
  constructor(limit: number) {
    this.#room = limit;
  }

  put(text: string, pen: Pen): void {
    if (this.#cut) return;
    if (text.length <= this.#room) {
      this.#room -= text.length;
      this.#spans.add(text, pen);
      return;
    }
    this.#cut = true;
    this.#spans.add(text.slice(0, wholeCharacters(text, this.#room)), pen);
  }

  moveTo(): void {}

  moveBy(): void {}

  /** There is never anything behind the cursor. */
  erase(): void {}

  end(): WrittenRow {
    return { spans: this.#spans.end(), cut: this.#cut };
  }
}

/** One less if a pair of surrogates would be split. */
function wholeCharacters(text: string, length: number): number {
  const last = text.charCodeAt(length - 1);
  return last >= 0xd800 && last <= 0xdbff ? length - 1 : length;
}
