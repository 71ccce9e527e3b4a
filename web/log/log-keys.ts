import type { Keys } from '../shell/keys';
import type { Follow } from './follow';
import type { LineCursor } from './line-cursor';
import type { LogActions } from './log-actions';
import type { LogView } from './log-view';

export interface LogKeysOptions {
  readonly view: LogView;
  readonly cursor: LineCursor;
  readonly follow: Follow;
  readonly actions: LogActions;
  /** Makes the link of the line that the cursor is at. */
  link(extend: boolean): void;
}

/** The keys of a log, apart from those of the search. */
export function addLogKeys(keys: Keys, { view, cursor, follow, actions, link }: LogKeysOptions): void {
  const { folds } = view.source;
  const goTo = (fold: { readonly line: number } | undefined): void => {
    if (fold !== undefined) cursor.moveTo(fold.line);
  };
  const toggleFold = (): void => {
    const fold = folds.around(cursor.line);
    if (fold === undefined) return;
    folds.toggle(fold.line);
    view.refresh();
    goTo(fold);
  };
  keys.add(
    { keys: ['j'], words: 'Next line', run: () => cursor.move(1) },
    { keys: ['k'], words: 'Previous line', run: () => cursor.move(-1) },
    // The browser would scroll to an end that is an estimate while lines are wrapped.
    { keys: ['g', 'Home'], words: 'First line', run: () => cursor.moveTo(1) },
    { keys: ['G', 'End'], words: 'Last line', run: () => lastLine(view, cursor, follow) },
    { keys: ['l'], words: 'Link to this line', run: () => link(false) },
    { keys: ['L'], words: 'Link to the lines up to this one', run: () => link(true) },
    { keys: ['f'], words: 'Follow the end, or stop', run: () => follow.toggle() },
    { keys: ['w'], words: 'Wrap long lines', run: () => actions.toggleWrap() },
    { keys: ['t'], words: 'Times: off, since the start, local, UTC', run: () => actions.nextTimeMode() },
    { keys: [']'], words: 'Next fold', run: () => goTo(folds.next(cursor.line)) },
    { keys: ['['], words: 'Previous fold', run: () => goTo(folds.previous(cursor.line)) },
    { keys: ['o'], words: 'Open or close the fold', run: toggleFold },
    { keys: ['z'], words: 'Turn folds off or on', run: () => actions.toggleFolds() },
  );
}

function lastLine(view: LogView, cursor: LineCursor, follow: Follow): void {
  cursor.set(Math.max(1, view.source.lines));
  follow.goToEnd();
}
