import { PLAIN, type Span } from '../../ansi/span';
import { lookOf } from './span-look';

/** A part of a line that a search has found, in UTF-16 code units of its visible text. */
export interface Mark {
  readonly from: number;
  readonly to: number;
  /** The match that the search is at. */
  readonly isCurrent: boolean;
}

/**
 * Fills an element with the spans of a line: text nodes, `span` and `a`, and nothing else. Nothing is ever parsed as HTML, and colours
 * that have no class are set on the element's style object, which the page's policy allows.
 */
export function paintSpans(target: HTMLElement, spans: readonly Span[], marks: readonly Mark[] = []): void {
  const [only] = spans;
  if (spans.length <= 1 && marks.length === 0 && isPlain(only)) {
    paintText(target, only?.text ?? '');
    return;
  }
  let offset = 0;
  const nodes: Node[] = [];
  for (const span of spans) {
    if (span.kind === 'note' || marks.length === 0) nodes.push(nodeOf(span, span.text));
    else nodes.push(...markedNodes(span, offset, marks));
    if (span.kind !== 'note') offset += span.text.length;
  }
  target.replaceChildren(...nodes);
}

/** Most lines have no colours, and one text node serves them all. */
function paintText(target: HTMLElement, text: string): void {
  const { firstChild } = target;
  if (firstChild instanceof Text && firstChild === target.lastChild) firstChild.data = text;
  else target.textContent = text;
}

function isPlain(span: Span | undefined): boolean {
  return span === undefined || (span.style === PLAIN && span.href === undefined && span.kind === undefined);
}

function markedNodes(span: Span, offset: number, marks: readonly Mark[]): Node[] {
  const nodes: Node[] = [];
  const end = offset + span.text.length;
  let at = offset;
  for (const { from, to, isCurrent } of marks) {
    if (to <= at || from >= end) continue;
    if (from > at) nodes.push(nodeOf(span, span.text.slice(at - offset, from - offset)));
    const start = Math.max(from, at);
    at = Math.min(to, end);
    const mark = document.createElement('span');
    mark.className = isCurrent ? 'match current' : 'match';
    const text = span.text.slice(start - offset, at - offset);
    // The colour of the mark replaces those of the log, on which it might not be seen.
    mark.append(span.href === undefined ? text : nodeOf({ ...span, style: PLAIN }, text));
    nodes.push(mark);
  }
  if (at < end) nodes.push(nodeOf(span, span.text.slice(at - offset)));
  return nodes;
}

function nodeOf(span: Span, text: string): Node {
  if (isPlain(span)) return document.createTextNode(text);
  const element = span.href === undefined ? document.createElement('span') : link(span.href);
  const { classes, color, background } = lookOf(span.style);
  const className = span.kind === undefined ? classes : `${span.kind} ${classes}`;
  if (className !== '') element.className = className;
  if (color !== undefined) element.style.color = color;
  if (background !== undefined) element.style.backgroundColor = background;
  element.textContent = text;
  return element;
}

/** @param href begins with `http://` or `https://`: the tokeniser lets nothing else through, and neither does this */
function link(href: string): HTMLElement {
  const element = document.createElement('a');
  if (!/^https?:\/\//i.test(href)) return element;
  element.href = href;
  element.rel = 'noopener noreferrer';
  element.target = '_blank';
  return element;
}
