import type { Annotation } from '../../../src/markers/fold';
import { countText } from '../../../src/words/quantities';
import type { LogSource } from '../../lines/log-source';
import { h } from '../../shell/h';
import { setText } from '../../shell/set-text';
import { popup } from './popup';

const SHOWN_MAX = 200;

/** The errors and warnings that the log itself marks, as a list behind a button. Hidden while there are none. */
export class AnnotationMenu {
  readonly #button = h('button', { type: 'button', class: 'button annotations' });
  readonly element: HTMLElement;

  constructor(
    private readonly source: LogSource,
    private readonly show: (line: number) => void,
  ) {
    this.element = popup(this.#button, {
      label: 'Errors and warnings',
      content: (close) => this.#list(close),
    });
    source.subscribe(() => this.#update());
    this.#update();
  }

  #update(): void {
    const { annotations } = this.source.folds;
    const errors = annotations.filter(({ level }) => level === 'error').length;
    const warnings = annotations.filter(({ level }) => level === 'warning').length;
    this.element.hidden = errors + warnings === 0;
    const words = [errors > 0 && countText(errors, 'error'), warnings > 0 && countText(warnings, 'warning')]
      .filter(Boolean)
      .join(', ');
    setText(this.#button, words);
    this.#button.classList.toggle('has-errors', errors > 0);
  }

  #list(close: () => void): Node {
    const annotations = this.source.folds.annotations.filter(({ level }) => level !== 'notice');
    const items = annotations.slice(0, SHOWN_MAX).map((annotation) =>
      h(
        'li',
        {},
        itemOf(annotation, () => {
          close();
          this.show(annotation.line);
        }),
      ),
    );
    const rest = annotations.length - items.length;
    const more = rest > 0 ? [h('li', { class: 'more' }, `and ${rest.toLocaleString('en')} more`)] : [];
    return h('ol', { class: 'annotation-list' }, ...items, ...more);
  }
}

function itemOf({ line, level, message, title }: Annotation, onclick: () => void): HTMLElement {
  return h(
    'button',
    { type: 'button', class: `button quiet item ${level}`, onclick },
    h('span', { class: 'place' }, String(line)),
    h('span', { class: 'message' }, title === undefined ? message : `${title}: ${message}`),
  );
}
