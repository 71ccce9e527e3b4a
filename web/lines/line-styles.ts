import { PLAIN, type Style } from '../ansi/span';
import { styleAfter } from '../ansi/tokenize';
import type { Segment } from './segment';
import type { SegmentCache } from './segment-cache';

const ESC = 0x1b;

export interface LineStylesParts {
  readonly cache: SegmentCache;
  /** The style that the bytes before an offset leave. */
  readonly lookBack: (offset: number) => Promise<Style>;
  /** Lines that were there look different now. */
  readonly onChanged: () => void;
}

/**
 * The style at the begin of a line: what the line before leaves on. At the begin of a segment it is that of the segment before, if it is
 * there; otherwise plain until a look back has found it.
 */
export class LineStyles {
  readonly #decoder = new TextDecoder();
  readonly #asked = new WeakSet<Segment>();

  constructor(private readonly parts: LineStylesParts) {}

  at(segment: Segment, line: number): Style {
    const start = this.#startOf(segment);
    if (segment.styles[0] !== start) segment.styles = [start];
    const { styles } = segment;
    for (let known = styles.length; known <= line - segment.first; known += 1)
      styles.push(this.#after(segment, segment.first + known - 1, styles[known - 1] ?? PLAIN));
    return styles[line - segment.first] ?? PLAIN;
  }

  #after(segment: Segment, line: number, style: Style): Style {
    const bytes = segment.bytesOf(line);
    return bytes.includes(ESC) ? styleAfter(this.#decoder.decode(bytes), style) : style;
  }

  #startOf(segment: Segment): Style {
    if (segment.first === 1) return PLAIN;
    if (segment.startStyle !== undefined) return segment.startStyle;
    const before = this.parts.cache.before(segment.first - 1);
    if (before?.last === segment.first - 1 && before.startStyle !== undefined) {
      segment.startStyle = this.#after(before, before.last, this.at(before, before.last));
      return segment.startStyle;
    }
    if (!this.#asked.has(segment)) void this.#ask(segment);
    return PLAIN;
  }

  async #ask(segment: Segment): Promise<void> {
    this.#asked.add(segment);
    try {
      const style = await this.parts.lookBack(segment.offset);
      segment.startStyle = Object.keys(style).length === 0 ? PLAIN : style;
      if (segment.startStyle !== PLAIN) this.parts.onChanged();
    } catch {
      // Only colours depend on it; the lines themselves are there.
    }
  }
}
