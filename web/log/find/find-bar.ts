import type { SearchQuery } from '../../search/log-search';
import { h } from '../../shell/h';
import { iconButton } from '../../shell/icon-button';
import { CROSS_ICON, DOWN_ICON, UP_ICON } from '../../shell/icon-paths';
import { isPressed, press } from '../../shell/pressed';
import { setText } from '../../shell/set-text';

export interface FindBarHandlers {
  /** The query has changed; an empty text ends the search. */
  search(query: SearchQuery): void;
  /** To the next match, or to the one before. */
  step(by: 1 | -1): void;
  /** Only matching lines are shown, with some lines around each. */
  filter(isOn: boolean): void;
  closed(): void;
}

const TYPING_MS = 250;

/** The box of the search, over the log. */
export class FindBar {
  readonly #field = h('input', {
    class: 'field',
    type: 'search',
    'aria-label': 'Search in the log',
    placeholder: 'Search in the log',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 1000,
  });
  readonly #case = toggle('Aa', 'Match case', () => this.#searchNow());
  readonly #regex = toggle('.*', 'Regular expression', () => this.#searchNow());
  readonly #filter = toggle('Filter', 'Filter: show matching lines only', () =>
    this.handlers.filter(isPressed(this.#filter)),
  );
  /** It is read out when typing and stepping pause. */
  readonly #count = h('output', { class: 'count', 'aria-live': 'polite' });
  /** What a search leaves out. */
  readonly #note = h('p', { class: 'note', role: 'status' });
  readonly element: HTMLElement;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly handlers: FindBarHandlers) {
    this.#field.addEventListener('input', () => this.#searchSoon());
    this.#field.addEventListener('keydown', (event) => this.#onKey(event));
    this.element = h(
      'div',
      { class: 'find-bar', role: 'search', hidden: true },
      this.#note,
      h('div', { class: 'query' }, this.#field, this.#case, this.#regex),
      this.#count,
      iconButton(UP_ICON, 'Previous match', 'N', () => handlers.step(-1)),
      iconButton(DOWN_ICON, 'Next match', 'n', () => handlers.step(1)),
      this.#filter,
      iconButton(CROSS_ICON, 'Close', 'Esc', () => this.close()),
    );
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  get hasFocus(): boolean {
    return this.element.contains(document.activeElement);
  }

  get query(): SearchQuery {
    return { text: this.#field.value, matchCase: isPressed(this.#case), isRegex: isPressed(this.#regex) };
  }

  /** Shows the bar, with this query if one is given, and puts the cursor in it. */
  open(query?: SearchQuery): void {
    this.element.hidden = false;
    if (query !== undefined) {
      this.#field.value = query.text;
      press(this.#case, query.matchCase);
      press(this.#regex, query.isRegex);
      this.#searchNow();
    }
    this.#field.focus();
    this.#field.select();
  }

  close(): void {
    if (!this.isOpen) return;
    clearTimeout(this.#timer);
    this.element.hidden = true;
    press(this.#filter, false);
    this.handlers.closed();
  }

  /** `3 of 17`, or why there is nothing. */
  say(words: string, isError = false): void {
    setText(this.#count, words);
    this.#count.classList.toggle('failed', isError);
    this.#field.setAttribute('aria-invalid', String(isError));
  }

  note(words: string): void {
    setText(this.#note, words);
  }

  #onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter') {
      event.preventDefault();
      if (this.#timer !== undefined) this.#searchNow();
      else this.handlers.step(event.shiftKey ? -1 : 1);
    } else if (event.key === 'Escape') {
      event.preventDefault();
      this.close();
    }
  }

  #searchSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#searchNow(), TYPING_MS);
  }

  #searchNow(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.handlers.search(this.query);
  }
}

function toggle(words: string, label: string, changed: () => void): HTMLButtonElement {
  const element = h('button', {
    type: 'button',
    class: 'button quiet',
    'aria-pressed': 'false',
    'aria-label': label,
    title: label,
    onclick: () => {
      press(element, !isPressed(element));
      changed();
    },
  });
  element.textContent = words;
  return element;
}
