import type { LogLine } from '../../lines/log-line';
import { LogSearch, type SearchQuery } from '../../search/log-search';
import { occurrences } from '../../search/match-columns';
import { countWords } from '../../search/search-words';
import { request } from '../../shell/api';
import type { LogView } from '../log-view';
import type { Mark } from '../rows/paint-spans';
import type { FindBar } from './find-bar';
import { revealMatch } from './reveal-match';

/** Lines around each match while only matches are shown. */
const CONTEXT_LINES = 2;
/** How often lines that arrive are searched. */
const NEW_LINES_MS = 1_000;
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
  /** Where the reader was when the search began. */
  #from = 1;
  /** The line at `#line` may have its match beyond the edge of the view, or be loaded. */
  #isRevealed = true;
  #isFiltered = false;
  #searched = 0;
  #frame = 0;

  constructor(private readonly options: LogFinderOptions) {
    const { id, view } = options;
    this.#search = new LogSearch({
      send: request,
      id,
      lines: () => view.source.lines,
      onChanged: () => this.#update(),
    });
    setInterval(() => this.#searchNewLines(), NEW_LINES_MS);
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
    const isUnplaced = placed.length === 0 && query?.isRegex === false && found.ordinalOf(number) > 0;
    const columns = isUnplaced ? occurrences(text, query.text, query.matchCase) : placed;
    if (columns.length === 0) return NO_MARKS;
    const isCurrent = this.isAt(number);
    return columns.map(([from, to]) => ({ from, to, isCurrent }));
  }

  /** Begins anew, from where the reader is; an empty text ends the search. */
  search(query: SearchQuery | undefined): void {
    this.#from = this.#line || this.options.view.firstVisibleLine;
    this.#line = 0;
    this.#searched = this.options.view.source.lines;
    this.#search.search(query);
  }

  step(by: 1 | -1): void {
    const { found } = this.#search;
    const here = this.#line || this.#from;
    const first = found.next(0);
    const target = by > 0 ? (found.next(here) ?? first) : (found.previous(here) ?? (found.last || undefined));
    if (by > 0 && found.next(here) === undefined && this.#search.hasMore) void this.#search.more();
    else if (target !== undefined) this.#goTo(target);
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
    const { found, isSearching, failure, hasMore, query } = this.#search;
    if (query !== undefined && this.#line === 0 && this.options.view.source.isCounted) this.#goToFirst();
    const isOn = this.#isFiltered && query !== undefined;
    this.options.view.setFilter(isOn ? this.#search.rows(CONTEXT_LINES) : undefined);
    const words = countWords(found.ordinalOf(this.#line), found.count, hasMore);
    const isEarly = isSearching && found.count === 0;
    const shown = query === undefined ? '' : isEarly ? 'searching …' : words;
    this.options.bar().say(failure ?? shown, failure !== undefined);
  }

  /** The first match behind the reader's place, or of all if there is none. */
  #goToFirst(): void {
    const { found, isSearching } = this.#search;
    const line = found.next(this.#from - 1) ?? (isSearching ? undefined : found.next(0));
    if (line !== undefined) this.#goTo(line);
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

  #searchNewLines(): void {
    const { lines } = this.options.view.source;
    if (this.query === undefined || this.#search.hasMore || lines === this.#searched) return;
    this.#searched = lines;
    void this.#search.more();
  }
}
