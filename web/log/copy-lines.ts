import { countText } from '../../src/words/quantities';
import type { LineRange } from '../address/page-address';
import type { LogView } from './log-view';
import { readLines } from './read-lines';

/** An end of a selection: a line, and how much of its text comes before. */
interface Point {
  readonly line: number;
  readonly column: number;
}

/** Says what was copied, or why it was not. */
type Say = (sentence: string) => void;

/**
 * Copies the text of the selected lines: also of those that are not in the document, and without numbers, times and buttons.
 *
 * The rows in which the selection begins and ends are pinned, so that it survives scrolling.
 */
export class CopyLines {
  constructor(
    private readonly view: LogView,
    private readonly id: string,
    private readonly copyText: (text: string) => Promise<boolean>,
    private readonly say: Say,
  ) {
    document.addEventListener('selectionchange', () => this.#pin());
    document.addEventListener('copy', (event) => this.#copy(event));
  }

  /** A mere caret, too: a shift-click may begin there. */
  #pin(): void {
    const selection = getSelection();
    const nodes = [selection?.anchorNode ?? null, selection?.focusNode ?? null];
    const rows = nodes.map((node) => this.view.list.rows.rowOf(node));
    this.view.list.rows.pin(rows.filter((row) => row !== undefined));
  }

  #copy(event: ClipboardEvent): void {
    const range = this.#range();
    if (range === undefined || event.clipboardData === null) return;
    const [from, to] = range;
    // The browser's own copy of a single row is right: numbers and buttons cannot be selected.
    if (from.line === to.line) return;
    event.preventDefault();
    const texts = this.#loaded(from.line, to.line);
    if (texts === undefined) return void this.#fetchAndCopy(from, to);
    event.clipboardData.setData('text/plain', cutEnds(texts, from, to));
  }

  #range(): readonly [Point, Point] | undefined {
    const selection = getSelection();
    if (selection === null || selection.isCollapsed || selection.rangeCount === 0) return undefined;
    const range = selection.getRangeAt(0);
    if (this.#hasAll(range)) return [{ line: 1, column: 0 }, this.#end()];
    const { startContainer, startOffset, endContainer, endOffset } = range;
    const from = this.#point(startContainer, startOffset);
    const to = this.#point(endContainer, endOffset);
    return from === undefined || to === undefined ? undefined : [from, to];
  }

  /** All of the page is selected: what is meant is the log, of which the document has a part. */
  #hasAll(range: Range): boolean {
    const { element } = this.view;
    const log = document.createRange();
    log.selectNode(element);
    return (
      range.compareBoundaryPoints(Range.START_TO_START, log) <= 0 &&
      range.compareBoundaryPoints(Range.END_TO_END, log) >= 0
    );
  }

  #end(): Point {
    return { line: Math.max(1, this.view.source.lines), column: Number.POSITIVE_INFINITY };
  }

  #point(node: Node, offset: number): Point | undefined {
    const line = this.view.lineOf(node);
    if (line === undefined) return undefined;
    const row = this.view.list.rows.elementOf(this.view.rowOf(line));
    const text = row?.querySelector('.text');
    if (text === null || text === undefined) return { line, column: 0 };
    const before = document.createRange();
    before.setStart(text, 0);
    // A place behind the text, such as in a button, is the end of it; one before it, such as in the number, its start.
    if (text.contains(node)) before.setEnd(node, offset);
    else if (text.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING)
      before.selectNodeContents(text);
    return { line, column: before.toString().length };
  }

  /** @returns undefined if a line is not loaded */
  #loaded(from: number, to: number): string[] | undefined {
    const texts: string[] = [];
    for (let line = from; line <= to; line++) {
      const text = this.view.textOf(line)?.text;
      if (text === undefined) return undefined;
      texts.push(text);
    }
    return texts;
  }

  async #fetchAndCopy(from: Point, to: Point): Promise<void> {
    const range: LineRange = { from: from.line, to: to.line };
    try {
      const { texts, isCut } = await readLines(this.id, range, this.view.source.facts?.generation);
      const isCopied = await this.copyText(cutEnds(texts, from, isCut ? undefined : to));
      const count = countText(texts.length, 'line');
      if (!isCopied) this.say('The browser does not allow it to copy so much. Download the log instead.');
      else this.say(isCut ? `Copied the first ${count}. Download the log to get more.` : `Copied ${count}.`);
    } catch (error) {
      this.say(`Nothing was copied: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
}

function cutEnds(texts: readonly string[], from: Point, to: Point | undefined): string {
  const lines = [...texts];
  const last = lines.length - 1;
  if (to !== undefined) lines[last] = lines[last]?.slice(0, to.column) ?? '';
  lines[0] = lines[0]?.slice(from.column) ?? '';
  return lines.join('\n');
}
