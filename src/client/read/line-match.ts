import { LoomClientError } from '../wire/errors';
import { memberOf } from '../wire/json';
import { parseStreamLine, type StreamLine } from './stream-line';

/** A line that a search found. */
export interface LineMatch extends Omit<StreamLine, 'partial'> {
  /** The stream, in a search of several. */
  readonly id?: string;
  /** Where in `text` it matches: from and to, as `slice` takes them. */
  readonly at: readonly (readonly [from: number, to: number])[];
  /** The lines around it, if they were asked for. */
  readonly context?: { readonly before: readonly string[]; readonly after: readonly string[] };
}

/** How many lines of one stream match. */
export interface StreamMatches {
  readonly id: string;
  readonly matches: number;
}

/** The last object of an answer of a search, or one about a stream that cannot be searched. */
export interface SearchEnd {
  /** The stream that cannot be searched. The search goes on behind it. */
  readonly id: string | undefined;
  readonly next: string | undefined;
  readonly error: string | undefined;
}

/** @returns `undefined` if the value is not a match */
export function parseLineMatch(value: unknown): LineMatch | undefined {
  const line = parseStreamLine(value);
  if (line === undefined) return undefined;
  const id = memberOf(value, 'id');
  const context = memberOf(value, 'context');
  const [before, after] = [memberOf(context, 'before'), memberOf(context, 'after')];
  return {
    ...line,
    ...(typeof id === 'string' && { id }),
    at: placesIn(memberOf(value, 'at')),
    ...(context !== undefined && { context: { before: textsIn(before), after: textsIn(after) } }),
  };
}

/** @throws LoomClientError `REFUSED` if the value is of no search */
export function parseSearchEnd(value: unknown): SearchEnd {
  const [id, error, next] = [memberOf(value, 'id'), memberOf(value, 'error'), memberOf(value, 'next')];
  if (error === undefined && typeof memberOf(value, 'matches') !== 'number')
    throw new LoomClientError('REFUSED', 'the answer is not that of a search');
  return {
    id: typeof id === 'string' ? id : undefined,
    next: typeof next === 'string' || typeof next === 'number' ? String(next) : undefined,
    error: error === undefined ? undefined : String(error),
  };
}

/** @returns `undefined` if the value has no count */
export function parseStreamMatches(value: unknown, id: string | undefined): StreamMatches | undefined {
  const matches = memberOf(value, 'matches');
  return id === undefined || typeof matches !== 'number' ? undefined : { id, matches };
}

function placesIn(value: unknown): LineMatch['at'] {
  if (!Array.isArray(value)) return [];
  const items: unknown[] = value;
  return items.filter(isPlace);
}

function isPlace(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number';
}

function textsIn(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
