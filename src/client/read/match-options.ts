import type { BackoffOptions } from '../wire/backoff';
import type { ConnectionEvent } from '../wire/connection-event';
import type { LoomClientError } from '../wire/errors';

/** What a search finds. */
export interface MatchOptions extends BackoffOptions {
  readonly ignoreCase?: boolean;
  /** The text is a regular expression of JavaScript. */
  readonly regex?: boolean;
  /** Finds the lines that do not match. */
  readonly invert?: boolean;
  /** How many lines around each come with it. Default 0. */
  readonly context?: number;
  /** How many lines to find at most. Default: all. */
  readonly limit?: number;
  /** The first line to search. Only in one stream. */
  readonly line?: number;
  /** Goes on as lines arrive, until the stream ends. Only in one stream. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal;
  /** A connection without data is renewed after this time. Default 120,000. */
  readonly silenceMs?: number;
  readonly onEvent?: (event: ConnectionEvent) => void;
  /** Called for a stream that cannot be searched, among several. Default: the search ends with the error. */
  readonly onUnreadable?: (id: string, failure: LoomClientError) => void;
}

/** One stream by its id, or all that begin with a prefix. */
export type SearchTarget = string | { readonly prefix: string };
