import type { LogView } from './log-view';

export interface LogClickHandlers {
  /** The number of a line; with shift, a range up to it. */
  number(line: number, extend: boolean): void;
  fold(line: number): void;
  showAll(line: number): void;
  saveLine(line: number): void;
}

/** What a click on a part of a row does. One listener serves all rows. */
export function listenToClicks(view: LogView, handlers: LogClickHandlers): void {
  view.element.addEventListener('click', (event) => {
    const { target } = event;
    if (!(target instanceof Element) || event.ctrlKey || event.metaKey) return;
    const line = view.lineOf(target);
    if (line === undefined) return;
    if (target.closest('.number') !== null) {
      event.preventDefault();
      handlers.number(line, event.shiftKey);
    } else if (target.closest('.save') !== null) handlers.saveLine(line);
    else if (target.closest('.show-all') !== null) handlers.showAll(line);
    else if (target.closest('.chevron') !== null || isHeading(target)) handlers.fold(line);
  });
  // Otherwise the browser selects the text between two clicks.
  view.element.addEventListener('mousedown', (event) => {
    const { target } = event;
    if (event.shiftKey && target instanceof Element && target.closest('.number') !== null)
      event.preventDefault();
  });
}

/** The title of a fold, unless the click ended a selection in it. */
function isHeading(target: Element): boolean {
  return target.closest('.heading > .text') !== null && getSelection()?.isCollapsed !== false;
}
