import { h } from '../shell/h';
import { icon } from '../shell/icon';
import { PAUSE_ICON, PLAY_ICON } from '../shell/icon-paths';
import { setText } from '../shell/set-text';

/** What the page shows of the live streams. */
export interface SpyFilter {
  /** The server sends only streams whose id begins with it. */
  readonly prefix: string;
  /** Only lines with this text are shown, in any case. */
  readonly text: string;
}

/** What the toolbar is used for. */
export interface SpyActions {
  filter(filter: SpyFilter): void;
  pause(isPaused: boolean): void;
  clear(): void;
}

const TYPING_MS = 200;

/** The filters and buttons above the lines. The filter is in the address as well. */
export class SpyToolbar {
  readonly prefix = this.#field('prefix', 'Begins with …', 'Show streams whose id begins with');
  readonly text = this.#field('contains', 'Lines with …', 'Show lines that contain');
  readonly #pause = h('button', { type: 'button', class: 'button pause', onclick: () => this.togglePause() });
  readonly #count = h('span', { class: 'count' });
  readonly #live = h('span', { class: 'live' });
  readonly element = h(
    'div',
    { class: 'toolbar', role: 'search', 'aria-label': 'Filter' },
    this.prefix,
    this.text,
    this.#pause,
    h('button', { type: 'button', class: 'button', onclick: () => this.actions.clear() }, 'Clear'),
    this.#live,
    this.#count,
  );
  #timer = 0;
  #isPaused = false;

  constructor(private readonly actions: SpyActions) {
    const query = new URLSearchParams(location.search);
    this.prefix.value = query.get('prefix') ?? '';
    this.text.value = query.get('text') ?? '';
    this.#showPause(0);
  }

  get filter(): SpyFilter {
    return { prefix: this.prefix.value, text: this.text.value };
  }

  togglePause(): void {
    this.#isPaused = !this.#isPaused;
    this.#showPause(0);
    this.actions.pause(this.#isPaused);
  }

  /** @param waiting how many lines came while the page is paused */
  showWaiting(waiting: number): void {
    if (this.#isPaused) this.#showPause(waiting);
  }

  showCount(words: string): void {
    setText(this.#count, words);
  }

  showLive(isLive: boolean): void {
    this.#live.className = isLive ? 'live on' : 'live';
    this.#live.textContent = isLive ? 'Live' : 'Not live';
  }

  #showPause(waiting: number): void {
    const words = this.#isPaused ? `Go on${waiting > 0 ? ` (${waiting.toLocaleString()})` : ''}` : 'Pause';
    this.#pause.setAttribute('aria-pressed', `${this.#isPaused}`);
    this.#pause.replaceChildren(icon(this.#isPaused ? PLAY_ICON : PAUSE_ICON), words);
  }

  #field(name: string, placeholder: string, label: string): HTMLInputElement {
    const parts = { class: `field ${name}`, type: 'search', placeholder, 'aria-label': label };
    return h('input', { ...parts, autocomplete: 'off', spellcheck: 'false', oninput: () => this.#typed() });
  }

  #typed(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#changed(), TYPING_MS);
  }

  #changed(): void {
    const { prefix, text } = this.filter;
    const query = new URLSearchParams({ ...(prefix && { prefix }), ...(text && { text }) }).toString();
    history.replaceState(history.state, '', location.pathname + (query && `?${query}`) + location.hash);
    this.actions.filter(this.filter);
  }
}
