import type { LogView } from '../log-view';

/** Characters of the line before the match that stay in view. */
const BEFORE = 1 / 3;

/** `waiting`: the line is not there yet. `cut`: the match is in the part that was left out. */
export type Revealed = 'done' | 'waiting' | 'cut';

/** Scrolls sideways to the current match of a line, if it is out of view. */
export function revealMatch(view: LogView, line: number): Revealed {
  const log = view.textOf(line);
  const row = view.list.rows.elementOf(view.rowOf(line));
  if (log === undefined || row === undefined) return 'waiting';
  const match = row.querySelector('.match.current');
  if (match === null) return log.cut ? 'cut' : 'done';
  scrollTo(view.element, match, row.querySelector('.number'));
  return 'done';
}

/** @param number stays in view, over the text */
function scrollTo(scroller: HTMLElement, match: Element, number: Element | null): void {
  const view = scroller.getBoundingClientRect();
  const { left, right } = match.getBoundingClientRect();
  if (left < (number?.getBoundingClientRect().right ?? view.left) || right > view.right)
    scroller.scrollLeft += left - view.left - view.width * BEFORE;
}
