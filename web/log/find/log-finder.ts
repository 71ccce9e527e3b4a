import type { LogLine } from '../../lines/log-line';
import { LogSearch, type SearchQuery } from '../../search/log-search';
import { occurrences } from '../../search/match-columns';
import type { SearchPart } from '../../search/search-part';
import { countWords } from '../../search/search-words';
import { request } from '../../shell/api';
import type { LogView } from '../log-view';
import type { Mark } from '../rows/paint-spans';
import type { FindBar } from './find-bar';
import { revealMatch } from './reveal-match';

/** Lines around each match while only matches are shown. */
const CONTEXT_LINES = 2;
/** How often what arrives is searched. */
const NEWS_MS = 1_000;
/** So many more are searched for to find the one before, which is the last of them. */
const MAX_BACK = 1_000_000;
const CUT_WORDS = 'Of each line, the first MiB is searched';
const NO_MARKS: readonly Mark[] = [];

export interface LogFinderOptions {
  readonly id: string;
  readonly view: LogView;
  /** Made after the finder, which its buttons call. */
  readonly bar: () => FindBar;
  /** Before it moves the log: nothing else may move it then. */
  moving(): void;
}

/** Where the reader is in a search, and how its matches are shown. */
export class LogFinder {
  readonly #search: LogSearch;
  /** The match that the reader is at; 0 for none. */
  #line = 0;
  /** A step that has to wait: its match is not found yet. */
  #wish: 1 | -1 | undefined;
  /** The line at `#line` may have its match beyond the edge of the view, or be loaded. */
  #isRevealed = true;
  #isFiltered = false;
  #frame = 0;

  constructor(private readonly options: LogFinderOptions) {
    const { id, view } = options;
    this.#search = new LogSearch({
      send: request,
      id,
      lines: () => view.source.lines,
      bytes: () => view.source.bytes,
      onChanged: () => this.#update(),
    });
    setInterval(() => this.#search.grown(), NEWS_MS);
  }

  /** Undefined without a search. */
  get query(): SearchQuery | undefined {
    return this.#search.query;
  }

  isAt(line: number): boolean {
    return line === this.#line;
  }

  marksOf({ number, text }: LogLine): readonly Mark[] {
    const { found, query } = this.#search;
    const placed = found.columnsOf(number);
    // Of a match far behind in a long line the server gives no place.
    const isUnplaced = placed.length === 0 && query?.isRegex === false && found.has(number);
    const columns = isUnplaced ? occurrences(text, query.text, query.matchCase) : placed;
    if (columns.length === 0) return NO_MARKS;
    const isCurrent = this.isAt(number);
    return columns.map(([from, to]) => ({ from, to, isCurrent }));
  }

  /** Begins anew, from where the reader is; an empty text ends the search. */
  search(query: SearchQuery | undefined): void {
    const from = this.#line || this.options.view.firstVisibleLine;
    this.#line = 0;
    this.#wish = undefined;
    this.#search.search(query, Math.max(1, from));
  }

  step(by: 1 | -1): void {
    this.#wish = by;
    this.#search.grown();
    this.#show();
  }

  filter(isOn: boolean): void {
    this.#isFiltered = isOn;
    this.#show();
    if (this.#line > 0) this.options.view.showLine(this.#line, 'center');
  }

  /** At most once per frame: matches come by the thousand. */
  #update(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(() => this.#show());
  }

  #show(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#line === 0) this.#goToFirst();
    else this.#followWish();
    const { query } = this.#search;
    const isOn = this.#isFiltered && query !== undefined;
    this.options.view.setFilter(isOn ? this.#search.rows(CONTEXT_LINES) : undefined);
    this.#say();
  }

  #say(): void {
    const { found, isSearching, failure, hasMore, hasCutLines, query } = this.#search;
    const bar = this.options.bar();
    const isEarly = isSearching && (found.count === 0 || this.#wish !== undefined);
    const words = countWords(found.ordinalOf(this.#line), found.count, hasMore);
    bar.say(failure ?? (query === undefined ? '' : isEarly ? 'searching …' : words), failure !== undefined);
    bar.note(hasCutLines ? CUT_WORDS : '');
  }

  /** The first match from the reader's place on, or of all if there is none. */
  #goToFirst(): void {
    const { found, query, hasMore } = this.#search;
    if (query === undefined || !this.options.view.source.isCounted) return;
    const line = found.ahead.nearest(found.from - 1, 1);
    const wanted = line === 0 ? found.before.nearest(0, 1) : line;
    if (wanted !== undefined && wanted > 0) this.#goTo(wanted);
    // After a failure: a step tries again.
    else if (this.#wish !== undefined && hasMore) void this.#search.more();
    this.#wish = undefined;
  }

  #followWish(): void {
    const { found, isSearching } = this.#search;
    if (this.#wish === undefined) return;
    const target = found.step(this.#line, this.#wish);
    if (typeof target === 'object') {
      if (!isSearching) this.#searchOn(target, this.#wish);
      return;
    }
    this.#wish = undefined;
    if (target !== undefined) this.#goTo(target);
  }

  /** @param part has the match that is wanted, in what was not searched of it */
  #searchOn(part: SearchPart, by: 1 | -1): void {
    const found = part.found.count;
    const done = (): void => {
      // It has failed, or there are more matches than are searched for: the last one of those is.
      const isStuck = this.#search.failure !== undefined || (by < 0 && part.found.count >= found + MAX_BACK);
      if (!isStuck || this.#wish !== by) return;
      this.#wish = undefined;
      const { last } = part.found;
      if (by < 0 && last > 0) this.#goTo(last);
    };
    void this.#search.more(part, by < 0 ? MAX_BACK : undefined).then(done);
  }

  #goTo(line: number): void {
    this.#line = line;
    this.#isRevealed = false;
    this.options.moving();
    this.#update();
    this.options.view.showLine(line, 'nearest');
  }

  /** After each frame of the log. */
  reveal(): void {
    // Before `#show`, the match is not marked yet.
    if (this.#isRevealed || this.#line === 0 || this.#frame !== 0) return;
    const revealed = revealMatch(this.options.view, this.#line);
    this.#isRevealed = revealed !== 'waiting';
    if (revealed === 'cut') void this.#loadWhole(this.#line);
  }

  async #loadWhole(line: number): Promise<void> {
    const { view } = this.options;
    try {
      await view.showWhole(line);
      if (this.#line === line) this.#isRevealed = view.textOf(line)?.cut !== false;
    } catch {
      // Its beginning is there, and a button that says why the rest is not.
    }
  }
}
