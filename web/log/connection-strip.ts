import type { LogSource } from '../lines/log-source';
import { changeToken } from '../shell/api';
import { h } from '../shell/h';
import { setText } from '../shell/set-text';
import { connectionWords } from './connection-words';

const SECOND_MS = 1000;

/** Says, below the log, what is wrong with the connection and since when. The log itself stays as it is. */
export class ConnectionStrip {
  readonly #words = h('span');
  readonly #retry = h('button', { type: 'button', class: 'button', onclick: () => void this.#again() });
  readonly element = h('div', { class: 'connection', hidden: true }, this.#words, this.#retry);
  /** For screen readers: once per change, and not each second. */
  readonly status = h('div', { class: 'unseen', role: 'status' });
  #kind = '';

  constructor(private readonly source: LogSource) {
    source.subscribe(() => this.#show());
    setInterval(() => this.#show(), SECOND_MS);
    this.#show();
  }

  #show(): void {
    const { connection } = this.source;
    const words = connectionWords(this.source, Date.now());
    this.element.hidden = words === undefined;
    const isRefused = connection.kind === 'refused';
    this.#retry.hidden = connection.kind !== 'away' && !isRefused;
    this.#retry.textContent = isRefused ? 'Enter a token' : 'Try now';
    if (words !== undefined) setText(this.#words, words);
    if (connection.kind === this.#kind) return;
    this.status.textContent = words ?? (this.#kind === 'away' ? 'Connected again' : '');
    this.#kind = connection.kind;
  }

  async #again(): Promise<void> {
    if (this.source.connection.kind !== 'refused' || (await changeToken())) this.source.retry();
  }
}
