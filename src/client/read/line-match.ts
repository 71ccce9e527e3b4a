import { notOfLoom } from '../wire/errors';
import { memberOf, membersOf } from '../wire/json';
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

/** An object of a search that is not a match: the last one, or one about a stream. */
export interface SearchEnd {
  /** The stream that was counted or cannot be searched. The search goes on behind it. */
  readonly id: string | undefined;
  readonly next: string | undefined;
  readonly error: string | undefined;
}

/** @returns `undefined` if the value is not a match */
export function parseLineMatch(value: unknown): LineMatch | undefined {
  const line = parseStreamLine(value);
  if (line === undefined) return undefined;
  const context = memberOf(value, 'context');
  return {
    ...line,
    ...membersOf(value, { id: 'string' }),
    at: itemsOf(value, 'at').filter(isPlace),
    ...(context !== undefined && {
      context: {
        before: itemsOf(context, 'before').map(String),
        after: itemsOf(context, 'after').map(String),
      },
    }),
  };
}

/** @returns `undefined` for a match @throws LoomClientError `REFUSED` if the value is not of a search */
export function parseSearchEnd(value: unknown): SearchEnd | undefined {
  if (typeof memberOf(value, 'line') === 'number') return undefined;
  const next = memberOf(value, 'next');
  const { id, error, matches } = membersOf(value, { id: 'string', error: 'string', matches: 'number' });
  if (error === undefined && matches === undefined) throw notOfLoom('matches');
  return { id, error, next: next === undefined ? undefined : String(next) };
}

/** @returns `undefined` if the value has no count */
export function parseStreamMatches(value: unknown, id: unknown): StreamMatches | undefined {
  const matches = memberOf(value, 'matches');
  return typeof id === 'string' && typeof matches === 'number' ? { id, matches } : undefined;
}

function itemsOf(value: unknown, name: string): readonly unknown[] {
  const items = memberOf(value, name);
  return Array.isArray(items) ? items : [];
}

function isPlace(value: unknown): value is readonly [number, number] {
  return Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'number';
}
