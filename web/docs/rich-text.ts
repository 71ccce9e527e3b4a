import { h } from '../shell/h';

/** What the document writes between backticks, or emphasizes. */
const MARKED = /`([^`]+)`|\*([^*\s][^*]*)\*/g;

/** A text of the document, of which the page shows paragraphs, `code` and *emphasis*. */
export function paragraphs(text: string): readonly HTMLElement[] {
  return text
    .trim()
    .split(/\n{2,}/)
    .map((one) => h('p', {}, ...inline(one)));
}

export function inline(text: string): readonly (Node | string)[] {
  const parts: (Node | string)[] = [];
  let at = 0;
  for (const { 0: whole, 1: code, 2: emphasis, index } of text.matchAll(MARKED)) {
    parts.push(text.slice(at, index), code === undefined ? h('em', {}, emphasis) : h('code', {}, code));
    at = index + whole.length;
  }
  return [...parts, text.slice(at)];
}
