import { durationText } from '../../src/words/durations';
import { sizeText } from '../../src/words/quantities';
import { withSymbols } from '../ansi/control-symbols';
import { formatAge } from '../format/age';
import type { Tag } from '../format/tags';
import type { Verdict } from '../format/verdict';
import { h } from '../shell/h';
import { icon } from '../shell/icon';
import { CHECK_ICON, CROSS_ICON, PAUSE_ICON, RUNNING_ICON, STOPPED_ICON } from '../shell/icon-paths';
import { streamPath, urlOf } from '../shell/root';
import { setText } from '../shell/set-text';
import { durationOf, type ListedStream } from './listed-stream';

const ICONS: Readonly<Record<Verdict['kind'], string>> = {
  ok: CHECK_ICON,
  failed: CROSS_ICON,
  running: RUNNING_ICON,
  cancelled: STOPPED_ICON,
  warning: PAUSE_ICON,
};

/** A row of the list: the parts that change, and what they show now. */
export class StreamRow {
  readonly #state = h('span', { role: 'cell', class: 'state' });
  readonly #link = h('a', { class: 'open' });
  readonly #bytes = h('span', { role: 'cell', class: 'number bytes' });
  readonly #duration = h('span', { role: 'cell', class: 'number duration' });
  readonly #age = h('span', { role: 'cell', class: 'number age' });
  readonly #tags = h('span', { role: 'cell', class: 'tags' });
  readonly element = h(
    'div',
    { role: 'row', class: 'row' },
    this.#state,
    h('span', { role: 'cell', class: 'id' }, this.#link),
    this.#tags,
    this.#bytes,
    this.#duration,
    this.#age,
  );
  #stream: ListedStream | undefined;

  show(stream: ListedStream, index: number, now: number): void {
    this.element.setAttribute('aria-rowindex', `${index + 2}`);
    if (stream !== this.#stream) this.#change(stream);
    this.tick(now);
  }

  /** Shows the passing of time. */
  tick(now: number): void {
    if (this.#stream === undefined) return;
    setText(this.#duration, durationText(durationOf(this.#stream, now)));
    setText(this.#age, formatAge(now - Date.parse(this.#stream.createdAt)));
  }

  focus(): void {
    this.#link.focus({ preventScroll: true });
  }

  #change(stream: ListedStream): void {
    const before = this.#stream;
    this.#stream = stream;
    if (stream.id !== before?.id) {
      setText(this.#link, withSymbols(stream.id));
      this.#link.href = urlOf(streamPath(stream.id)).href;
    }
    setText(this.#bytes, sizeText(stream.bytes));
    this.#link.title = titleOf(stream);
    if (!isSameVerdict(stream.verdict, before?.verdict)) this.#showVerdict(stream.verdict);
    this.#tags.replaceChildren(...stream.tags.map(tagElement));
  }

  #showVerdict({ kind, words, detail }: Verdict): void {
    this.#state.className = `state ${kind}`;
    const more = detail === '' ? undefined : h('span', { class: 'detail' }, ` ${detail}`);
    this.#state.replaceChildren(icon(ICONS[kind]), h('span', {}, words, ...(more ? [more] : [])));
  }
}

/** The link covers the row, so that it has the words for all of it. */
function titleOf({ id, verdict, bytes, createdAt, tags }: ListedStream): string {
  const facts = [
    verdict.title,
    `${bytes.toLocaleString()} bytes`,
    `since ${new Date(createdAt).toLocaleString()}`,
  ];
  return [
    withSymbols(id),
    facts.join(', '),
    ...tags.map(({ key, value }) => (key === '' ? value : `${key}: ${value}`)),
  ].join('\n');
}

function isSameVerdict(a: Verdict, b: Verdict | undefined): boolean {
  return a.kind === b?.kind && a.words === b.words && a.detail === b.detail;
}

function tagElement({ key, value }: Tag): HTMLElement {
  const name = key === '' ? undefined : h('span', { class: 'key' }, `${key} `);
  return h('span', { class: 'tag' }, name, value);
}
