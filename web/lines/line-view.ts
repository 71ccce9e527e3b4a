import { markersOf } from '../../src/markers/markers-of';
import type { Style } from '../ansi/span';
import { tokenize } from '../ansi/tokenize';
import type { LineStyles } from './line-styles';
import type { LogLine } from './log-line';
import type { Segment } from './segment';

/** What is mounted several times over. */
const MAX_LINES = 1_000;

interface Shown {
  readonly line: LogLine;
  readonly style: Style;
  /** Of an open line: how many bytes it had. */
  readonly byteLength: number | undefined;
}

/** The lines that are shown as objects, for a while. */
export class LineView {
  readonly #shown = new Map<number, Shown>();

  constructor(private readonly styles: LineStyles) {}

  line(segment: Segment, number: number): LogLine {
    const style = this.styles.at(segment, number);
    const byteLength = segment.byteLengthOf(number);
    const shown = this.#shown.get(number);
    const isHere = shown !== undefined && isSame(shown, style, byteLength, segment.isOpenLine(number));
    const line = isHere ? shown.line : lineOf(segment, number, style);
    // Behind the others: what is on the screen is asked for again and again, and stays.
    this.#shown.delete(number);
    this.#shown.set(number, isHere ? shown : { line, style, byteLength });
    if (this.#shown.size > MAX_LINES) this.#shown.delete(this.#shown.keys().next().value ?? 0);
    return line;
  }

  clear(): void {
    this.#shown.clear();
  }
}

function isSame(shown: Shown, style: Style, byteLength: number | undefined, unfinished: boolean): boolean {
  return shown.style === style && shown.byteLength === byteLength && shown.line.unfinished === unfinished;
}

/** @param limit at most so many UTF-16 units are shown */
export function lineOf(segment: Segment, number: number, style: Style, limit?: number): LogLine {
  const raw = new TextDecoder('utf-8', { ignoreBOM: true }).decode(segment.bytesOf(number));
  const { text, spans, cut } = tokenize(raw, style, limit);
  return {
    number,
    offset: segment.offsetOf(number),
    byteLength: segment.byteLengthOf(number),
    time: segment.timeOf(number),
    text,
    spans,
    cut: cut || segment.isCut(number),
    unfinished: segment.isOpenLine(number),
    markers: markersOf(raw),
  };
}
