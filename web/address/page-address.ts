import type { SearchQuery } from '../search/log-search';

/** Lines of a log, both included. */
export interface LineRange {
  readonly from: number;
  readonly to: number;
}

/** What the address of the page of a log leads to. */
export interface PageAddress {
  /** `#L120`, `#L120-L140`. */
  readonly lines?: LineRange;
  /** `#O4711`: a byte. */
  readonly offset?: number;
  /** `?t=`: unix milliseconds. */
  readonly time?: number;
  /** `?q=`, with `&case` and `&regex`. */
  readonly query?: SearchQuery;
}

/** What does not make sense is left out. */
export function parseAddress({ hash, search }: Pick<Location, 'hash' | 'search'>): PageAddress {
  const parameters = new URLSearchParams(search);
  const lines = parseLines(hash);
  const offset = numberIn(/^#O(\d{1,15})$/.exec(hash)?.[1]);
  const time = parseTime(parameters.get('t'));
  const text = parameters.get('q') ?? '';
  const query = { text, matchCase: parameters.has('case'), isRegex: parameters.has('regex') };
  return {
    ...(lines !== undefined && { lines }),
    ...(offset !== undefined && { offset }),
    ...(time !== undefined && { time }),
    ...(text !== '' && { query }),
  };
}

/** The fragment of a link to lines. */
export function lineFragment({ from, to }: LineRange): string {
  return from === to ? `#L${from}` : `#L${from}-L${to}`;
}

/** The query of a link to a search; empty without one. */
export function searchOf(query: SearchQuery | undefined): string {
  if (query === undefined || query.text === '') return '';
  const flags = `${query.matchCase ? '&case' : ''}${query.isRegex ? '&regex' : ''}`;
  return `?q=${encodeURIComponent(query.text)}${flags}`;
}

function parseLines(hash: string): LineRange | undefined {
  const [, first, last = first] = /^#L(\d{1,15})(?:-L?(\d{1,15}))?$/.exec(hash) ?? [];
  const [a, b] = [numberIn(first), numberIn(last)];
  if (a === undefined || b === undefined || a < 1 || b < 1) return undefined;
  return { from: Math.min(a, b), to: Math.max(a, b) };
}

/** A time of RFC 3339, or Unix seconds. */
function parseTime(text: string | null): number | undefined {
  if (text === null) return undefined;
  const ms = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) * 1000 : Date.parse(text);
  return Number.isFinite(ms) ? ms : undefined;
}

function numberIn(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

/** Puts the search and the fragment into the address, without a new entry in the history. */
export function writeAddress(search: string, fragment: string): void {
  history.replaceState(history.state, '', location.pathname + search + fragment);
}
