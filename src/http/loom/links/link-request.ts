import type { TokenScope } from '../../../config/config';
import { duration } from '../../../config/duration';
import { InvalidValue } from '../../../config/option';
import { RequestError } from '../../errors/request-error';

/** What a client asks of a new link. */
export interface LinkRequest {
  readonly scopes: readonly TokenScope[];
  readonly expiresInMs: number;
  /** The link is for the generation of now, and not for streams that come later under the same id. */
  readonly isOfGeneration: boolean;
}

/** A link leads to one stream: the other scopes have none. */
const SCOPES_OF_LINKS = ['produce', 'consume', 'delete'] as const satisfies readonly TokenScope[];

const DAY_MS = 86_400_000;

const MEMBERS = ['scopes', 'expiresIn', 'generation'];

/** @param text may be empty: a link to read for a day @param longestMs of `expiresIn` @throws RequestError `BODY_INVALID` */
export function parseLinkRequest(text: string, longestMs: number): LinkRequest {
  const usual = `${Math.min(DAY_MS, longestMs)}ms`;
  const { scopes = ['consume'], expiresIn = usual, generation = false, ...others } = membersOf(text);
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw invalid(`has the unknown member ${JSON.stringify(unknown)}; allowed are ${MEMBERS.join(', ')}`);
  if (typeof generation !== 'boolean') throw invalid('has a generation that is neither true nor false');
  const known = scopesOf(scopes);
  // To create a stream is to begin a generation, and to delete it ends all that the link is for.
  if (generation && known.join() !== 'consume')
    throw invalid('asks for a link to one generation, which can have the scope consume only');
  return { scopes: known, expiresInMs: durationOf(expiresIn, longestMs), isOfGeneration: generation };
}

function membersOf(text: string): Readonly<Record<string, unknown>> {
  if (text.trim() === '') return {};
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid('is not JSON');
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  throw invalid('is not a JSON object');
}

function scopesOf(value: unknown): readonly TokenScope[] {
  const wanted: readonly unknown[] = Array.isArray(value) ? value : [];
  const scopes = SCOPES_OF_LINKS.filter((scope) => wanted.includes(scope));
  if (wanted.length > 0 && scopes.length === new Set(wanted).size) return scopes;
  throw invalid(`needs scopes: a list of one or more of ${SCOPES_OF_LINKS.join(', ')}`);
}

function durationOf(value: unknown, longestMs: number): number {
  try {
    return duration('1s', durationText(longestMs)).parse(value);
  } catch (error) {
    throw error instanceof InvalidValue ? invalid(`has an expiresIn that ${error.problem}`) : error;
  }
}

/** As a client would write it: the error for a longer one has it. */
function durationText(ms: number): string {
  if (ms % DAY_MS === 0) return `${ms / DAY_MS}d`;
  return ms % 1_000 === 0 ? `${ms / 1_000}s` : `${ms}ms`;
}

function invalid(problem: string): RequestError {
  return new RequestError('BODY_INVALID', `The body ${problem}`);
}
