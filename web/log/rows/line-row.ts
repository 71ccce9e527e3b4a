import type { Fold } from '../../../src/markers/fold';
import { durationText } from '../../../src/words/durations';
import type { Span } from '../../ansi/span';
import { tokenize } from '../../ansi/tokenize';
import type { LogLine } from '../../lines/log-line';
import { h } from '../../shell/h';
import type { RowView } from '../list/mounted-rows';
import { annotationSpans } from './annotation-spans';
import { type Mark, paintSpans } from './paint-spans';
import type { RowContext } from './row-context';
import { formatTime } from './time-format';

const NOTHING: readonly never[] = [];

/** One row of the log: its number, its time, its text, and what belongs to a fold that begins there. */
export class LineRow implements RowView {
  readonly element = h('div', { class: 'row' });
  readonly #number = h('a', { class: 'number', tabindex: -1 });
  readonly #numberText = document.createTextNode('');
  readonly #time = h('span', { class: 'time' });
  readonly #text = h('span', { class: 'text' });
  #tail: HTMLElement | undefined;
  #fold: HTMLButtonElement | undefined;
  #line = 0;
  #log: LogLine | undefined;
  #version = -1;
  #revision = -1;
  #paintedSpans: readonly Span[] = NOTHING;
  #paintedMarks: readonly Mark[] = NOTHING;

  constructor(private readonly context: RowContext) {
    this.#number.append(this.#numberText);
    this.element.append(this.#number, this.#text);
  }

  get isComplete(): boolean {
    return this.#log !== undefined;
  }

  show(row: number): void {
    const { context } = this;
    const line = context.lineAt(row);
    const log = context.textOf(line);
    const { revision } = context.source;
    const isSame = line === this.#line && log === this.#log && revision === this.#revision;
    if (isSame && context.version === this.#version) return;
    // Its text left the memory while it is kept for a selection: nothing about it has changed.
    if (log === undefined && this.#log !== undefined && line === this.#line && revision === this.#revision)
      return;
    this.#showNumber(line);
    this.#line = line;
    this.#log = log;
    this.#version = context.version;
    this.#revision = revision;
    this.#showLine(line, log);
    this.element.classList.toggle('behind-gap', context.isBehindGap(row));
  }

  #showNumber(line: number): void {
    this.#numberText.data = String(line).padStart(this.context.digits);
    // Not `hash`, which parses the address.
    this.#number.setAttribute('href', `#L${line}`);
  }

  #showLine(line: number, log: LogLine | undefined): void {
    const { source } = this.context;
    const fold = source.folds.enabled ? source.folds.at(line) : undefined;
    const className = classesOf(log, fold, this.context.emphasisOf(line));
    if (this.element.className !== className) this.element.className = className;
    this.#showTime(log);
    if (log === undefined) this.#paint(NOTHING, NOTHING);
    else this.#showText(log, fold);
    this.#showFold(fold);
    this.#showTail(line, log, fold);
  }

  /** The browser pays for each element of a row: without times there is none for them. */
  #showTime(log: LogLine | undefined): void {
    const { source, timeMode } = this.context;
    if (timeMode === 'off') {
      this.#time.remove();
      return;
    }
    this.#time.textContent = formatTime(log?.time, timeMode, source.facts?.createdAt ?? 0);
    if (!this.#time.isConnected) this.#number.after(this.#time);
  }

  /** What a search has found is shown where it was found: in the text as it is. */
  #showText(log: LogLine, fold: Fold | undefined): void {
    const marks = this.context.marksOf(log);
    const isRaw = marks.length > 0 || !this.context.source.folds.enabled;
    this.#paint(isRaw ? log.spans : spansOf(log, fold), marks);
  }

  /** Text that stays is not touched: a reader may have selected it. */
  #paint(spans: readonly Span[], marks: readonly Mark[]): void {
    if (
      spans === this.#paintedSpans &&
      (marks === this.#paintedMarks || marks.length + this.#paintedMarks.length === 0)
    )
      return;
    this.#paintedSpans = spans;
    this.#paintedMarks = marks;
    paintSpans(this.#text, spans, marks);
  }

  #showFold(fold: Fold | undefined): void {
    if (fold === undefined) {
      this.#fold?.remove();
      this.#fold = undefined;
      return;
    }
    if (this.#fold === undefined) {
      this.#fold = h('button', { type: 'button', class: 'chevron', 'data-action': 'fold' });
      this.element.prepend(this.#fold);
    }
    this.#fold.setAttribute('aria-expanded', String(!fold.closed));
    this.#fold.setAttribute('aria-label', `Fold in line ${fold.line}`);
  }

  /** What comes behind the text and is not part of it. */
  #showTail(line: number, log: LogLine | undefined, fold: Fold | undefined): void {
    const cut = log?.cut === true ? [cutButton(this.context.isWhole(line))] : [];
    const parts = [...foldFacts(fold), ...cut];
    if (parts.length === 0) {
      this.#tail?.remove();
      this.#tail = undefined;
      return;
    }
    if (this.#tail === undefined) {
      this.#tail = h('span', { class: 'tail' });
      this.element.append(this.#tail);
    }
    this.#tail.replaceChildren(...parts);
  }
}

function classesOf(log: LogLine | undefined, fold: Fold | undefined, emphasis: string): string {
  let classes = emphasis === '' ? 'row' : `row ${emphasis}`;
  if (log === undefined) return `${classes} loading`;
  if (fold !== undefined) classes += fold.muted ? ' heading muted' : ' heading';
  for (const marker of log.markers) {
    if (marker.kind === 'annotation') classes += ` ${marker.level}`;
    else if (marker.kind === 'close') classes += ' fold-end';
  }
  return classes;
}

/** The heading of a fold shows its title, and an annotation its message, instead of the marker. */
function spansOf(log: LogLine, fold: Fold | undefined): readonly Span[] {
  if (fold !== undefined) return tokenize(fold.title).spans;
  for (const marker of log.markers) if (marker.kind === 'annotation') return annotationSpans(marker);
  return log.spans;
}

function foldFacts(fold: Fold | undefined): Node[] {
  if (fold === undefined) return [];
  const facts: string[] = [];
  if (fold.closed && fold.end !== undefined) facts.push(`${(fold.end - fold.line).toLocaleString()} lines`);
  if (fold.seconds !== undefined) facts.push(durationText(fold.seconds * 1000));
  return facts.map((fact) => h('span', { class: 'fact' }, fact));
}

/** @param isWhole no more of the line can be shown, but all of it be saved */
function cutButton(isWhole: boolean): HTMLElement {
  const words = isWhole ? '1 MiB is shown: save the whole line' : 'show all';
  return h('button', { type: 'button', class: isWhole ? 'show-all save' : 'show-all' }, words);
}
