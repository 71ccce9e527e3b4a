import { h } from '../shell/h';
import { setText } from '../shell/set-text';
import type { ListFilter } from './stream-rows';

const STATES: readonly (readonly [state: ListFilter['state'], words: string])[] = [
  ['', 'All'],
  ['open', 'Running'],
  ['interrupted', 'Interrupted'],
  ['closed', 'Ended'],
];

/** A person types faster than a server should be asked. */
const TYPING_MS = 200;

/** The filter above the list. It is in the address of the page as well, so that a reload and a shared link have it. */
export class ListToolbar {
  readonly field = h('input', {
    class: 'field prefix',
    type: 'search',
    placeholder: 'Begins with …',
    'aria-label': 'Show streams whose id begins with',
    autocomplete: 'off',
    spellcheck: 'false',
    maxlength: 512,
    oninput: () => this.#typed(),
  });
  readonly #buttons = STATES.map(([state, words]) =>
    h(
      'button',
      { type: 'button', class: 'button', 'data-state': state, onclick: () => this.#choose(state) },
      words,
    ),
  );
  readonly #count = h('span', { class: 'count', role: 'status' });
  readonly #live = h('span', { class: 'live' });
  readonly element = h(
    'div',
    { class: 'toolbar', role: 'search', 'aria-label': 'Filter' },
    this.field,
    h('div', { class: 'choice', role: 'group', 'aria-label': 'State' }, ...this.#buttons),
    this.#live,
    this.#count,
  );
  #timer = 0;
  #filter: ListFilter = filterOf(new URLSearchParams(location.search));

  /** @param changed called with the new filter after each change */
  constructor(private readonly changed: (filter: ListFilter) => void) {
    this.field.value = this.#filter.prefix;
    this.#showState();
  }

  get filter(): ListFilter {
    return this.#filter;
  }

  clear(): void {
    this.field.value = '';
    this.#set({ prefix: '', state: '' });
  }

  showCount(words: string): void {
    setText(this.#count, words);
  }

  showLive(isLive: boolean): void {
    this.#live.className = isLive ? 'live on' : 'live';
    this.#live.textContent = isLive ? 'Live' : 'Not live';
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(
      () => this.#set({ ...this.#filter, prefix: this.field.value }),
      TYPING_MS,
    );
  }

  #choose(state: ListFilter['state']): void {
    this.#set({ prefix: this.field.value, state });
  }

  #set(filter: ListFilter): void {
    clearTimeout(this.#timer);
    if (filter.prefix === this.#filter.prefix && filter.state === this.#filter.state) return;
    this.#filter = filter;
    this.#showState();
    history.replaceState(history.state, '', addressOf(filter));
    this.changed(filter);
  }

  #showState(): void {
    for (const button of this.#buttons)
      button.setAttribute('aria-pressed', `${button.dataset['state'] === this.#filter.state}`);
  }
}

function filterOf(query: URLSearchParams): ListFilter {
  const state = STATES.find(([known]) => known === query.get('state'))?.[0] ?? '';
  return { prefix: query.get('prefix') ?? '', state };
}

function addressOf({ prefix, state }: ListFilter): string {
  const query = new URLSearchParams({ ...(prefix && { prefix }), ...(state && { state }) }).toString();
  return location.pathname + (query && `?${query}`) + location.hash;
}
