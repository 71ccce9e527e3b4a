import { AppendedRow } from './appended-row';
import { CellRow } from './cell-row';
import { maybeControl } from './control-symbols';
import { LineWriter } from './line-writer';
import type { Row } from './row';
import { PLAIN, type Span, type Style } from './span';

/** A line is shown up to this many UTF-16 units; the rest on request. */
export const MAX_VISIBLE = 4_096;

const ESC = '\u001b';
const MOVEMENT = new RegExp(`${ESC}\\[[\\d;]*[CDG]|${ESC}\\[[12]K`, 'u');
const NOWHERE: Row = { put() {}, moveTo() {}, moveBy() {}, erase() {} };

export interface TokenizedLine {
  /** What is visible: the text of all spans except notes. */
  readonly text: string;
  readonly spans: readonly Span[];
  /** The style at its end, with which the next line begins. */
  readonly end: Style;
  /** More is visible than `limit`. */
  readonly cut: boolean;
}

/**
 * What a terminal shows of one line, as text with styles. Time and memory are linear in its length.
 *
 * Colours and attributes (SGR) and links (OSC 8) are kept, and the cursor moves within the line: `\r`, backspace, `CSI G`, `C`, `D`, `K`.
 * All other escape sequences are left out. Other control characters, and those that are invisible or change the direction
 * of text, become visible symbols. A link ends with its line.
 * @param line without its LF
 * @param style at its begin: the end of the line before
 */
export function tokenize(line: string, style: Style = PLAIN, limit = MAX_VISIBLE): TokenizedLine {
  if (style === PLAIN && line.length <= limit && !hasControls(line))
    return { text: line, spans: line === '' ? [] : [{ text: line, style }], end: style, cut: false };
  const row = movesCursor(line) ? new CellRow(limit) : new AppendedRow(limit);
  const end = new LineWriter(line, style, row).run();
  const { spans, cut } = row.end();
  return { text: visibleText(spans), spans, end, cut };
}

/** The style at the end of a line, without its spans. */
export function styleAfter(line: string, style: Style): Style {
  return line.includes(ESC) ? new LineWriter(line, style, NOWHERE).run() : style;
}

function visibleText(spans: readonly Span[]): string {
  return spans.map(({ kind, text }) => (kind === 'note' ? '' : text)).join('');
}

function hasControls(line: string): boolean {
  for (let at = 0; at < line.length; at += 1) if (maybeControl(line.charCodeAt(at))) return true;
  return false;
}

/** Only then are cells needed. `CSI K` alone erases nothing at the end of what is written, and grep writes it often. */
function movesCursor(line: string): boolean {
  const begin = line.endsWith('\r') ? line.slice(0, -1) : line;
  return begin.includes('\r') || begin.includes('\b') || MOVEMENT.test(begin);
}
