import { durationText } from '../../../src/words/durations';
import { countText, sizeText } from '../../../src/words/quantities';
import { withSymbols } from '../../ansi/control-symbols';
import { type Verdict, verdictOf } from '../../format/verdict';
import type { LogSource } from '../../lines/log-source';
import { h } from '../../shell/h';
import { setText } from '../../shell/set-text';
import { metadataList } from './metadata-list';

const SECOND_MS = 1000;
const TAKEN_AWAY: Verdict = {
  kind: 'cancelled',
  words: 'removed',
  detail: '',
  title: 'It was open when it was deleted or replaced',
};

/** What is known of the stream: its id, its state, how long it took, how much there is, and its metadata. */
export class StreamHead {
  /** On the right: what can be done with the log. */
  readonly actions = h('div', { class: 'actions' });
  readonly #state = h('span', { class: 'state' });
  readonly #duration = h('span', { title: 'Duration' });
  readonly #bytes = h('span', { title: 'Size' });
  readonly #lines = h('span', { title: 'Lines' });
  #metadata: HTMLElement | undefined;
  #metadataShown: unknown;
  readonly element: HTMLElement;

  constructor(
    private readonly source: LogSource,
    id: string,
  ) {
    const name = withSymbols(id);
    const facts = h('p', { class: 'facts' }, this.#state, this.#duration, this.#lines, this.#bytes);
    this.element = h(
      'header',
      { class: 'stream-head' },
      h('div', { class: 'title' }, h('h1', { title: name }, name), facts),
      this.actions,
    );
    this.source.subscribe(() => this.#show());
    setInterval(() => this.#showDuration(), SECOND_MS);
    this.#show();
  }

  #show(): void {
    const { facts, bytes, lines, isCounted } = this.source;
    if (facts === undefined) return;
    const { kind, words, detail, title } = this.#isTakenAway() ? TAKEN_AWAY : verdictOf(facts);
    this.#state.className = `state ${kind}`;
    this.#state.title = title;
    setText(this.#state, detail === '' ? words : `${words}, ${detail}`);
    setText(this.#bytes, sizeText(bytes));
    setText(this.#lines, isCounted ? countText(lines, 'line') : '… lines');
    this.#showDuration();
    this.#showMetadata(facts.metadata);
  }

  #showDuration(): void {
    const { facts } = this.source;
    if (facts === undefined || this.#isTakenAway()) return;
    const end = facts.state === 'closed' ? facts.updatedAt : Date.now();
    setText(this.#duration, durationText(Math.max(0, end - facts.createdAt)));
  }

  /** It was open when it was deleted or replaced: how it would have ended is not known, and nothing runs any more. */
  #isTakenAway(): boolean {
    const { facts, connection } = this.source;
    return facts?.state !== 'closed' && (connection.kind === 'gone' || connection.kind === 'replaced');
  }

  #showMetadata(metadata: unknown): void {
    if (metadata === this.#metadataShown) return;
    this.#metadataShown = metadata;
    const list = metadataList(metadata);
    this.#metadata?.remove();
    this.#metadata = list;
    if (list !== undefined) this.element.append(list);
  }
}
