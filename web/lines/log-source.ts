import type { Folds } from '../folds/folds';
import type { RowMap } from './line-runs';
import type { LogLine } from './log-line';

/**
 * How the page is connected with the stream.
 * - `connecting`: nothing is known yet.
 * - `live`: new bytes arrive as they are committed.
 * - `away`: the server cannot be reached; what is there remains, and the source tries again by itself.
 * - `ended`: the stream is closed, and everything of it is known.
 * - `replaced`: another stream has this id now. What was loaded remains; nothing new is.
 * - `gone`: the stream was deleted or has expired. What was loaded remains.
 * - `missing`: there is no such stream.
 * - `refused`: a token is missing or does not suffice.
 * - `failed`: the server says that it cannot read the stream.
 */
export type Connection =
  | { readonly kind: 'connecting' | 'live' | 'ended' | 'gone' | 'missing' }
  | {
      readonly kind: 'away';
      /** Unix milliseconds. */
      readonly since: number;
      readonly retryAt: number;
      /** A sentence. */
      readonly reason: string;
    }
  | { readonly kind: 'replaced'; readonly generation: string | undefined }
  | { readonly kind: 'refused'; readonly status: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly reason: string };

/** The facts of a stream, from `GET /stream/:id/info`. */
export interface StreamFacts {
  readonly id: string;
  /** Opaque; undefined until the first answer. */
  readonly generation: string | undefined;
  readonly state: 'open' | 'interrupted' | 'closed';
  readonly outcome: string | undefined;
  /** Why it was aborted. */
  readonly reason: string | undefined;
  /** Any JSON value. */
  readonly metadata: unknown;
  readonly contentType: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Of a closed stream: when it was closed. */
  readonly updatedAt: number;
  /** Bytes that the store has lost. */
  readonly losses: readonly { readonly from: number; readonly to: number }[];
}

/**
 * The lines of one stream: those on the server by ranges, and those that arrive. It keeps what is near the viewport, and nothing else.
 *
 * It begins at once: with the facts, beside them the first lines of a closed stream that is read from its start, and then the number of
 * lines, the last ones and whatever is wanted.
 */
export interface LogSource {
  readonly connection: Connection;
  readonly facts: StreamFacts | undefined;
  /** All lines that the stream has are known of. Until then, `lines` are none, or some at its start. */
  readonly isCounted: boolean;
  /** How many lines are known of, the unfinished last one included. 0 while nothing is known. */
  readonly lines: number;
  /** How many bytes the stream has, as far as is known. */
  readonly bytes: number;
  /** Goes up whenever a line that was there may look different or a fold has changed; not when lines were appended or loaded. */
  readonly revision: number;
  readonly folds: Folds;
  /** @returns undefined while it is not loaded: see `want` */
  line(number: number): LogLine | undefined;
  /**
   * Loads these lines, the middle first, and keeps them until other ones are wanted. Loads of lines that are no longer wanted are aborted.
   * Pass what is visible and some more; at most 2,000 lines are loaded.
   * @param rows which of them are shown, if it is not `folds.rows`: far apart, only those are loaded
   */
  want(from: number, to: number, rows?: RowMap): void;
  /** The whole line, of which at most 1 MiB. @throws Error with a sentence for the page */
  whole(number: number, signal?: AbortSignal): Promise<LogLine>;
  /** The line of a byte, or undefined beyond the end. Of a place before the time of the first line: the first one. */
  lineOfOffset(offset: number, signal?: AbortSignal): Promise<number | undefined>;
  /** The first line at this time or later; behind the last one, the last one. */
  lineOfTime(unixMs: number, signal?: AbortSignal): Promise<number | undefined>;
  /** The offset of a line, as far as it is known without asking: exact at every 1,000th line, an estimate between. */
  estimateOffset(line: number): number;
  /** Calls back when anything of this has changed, at most once per animation frame. @returns how to stop it */
  subscribe(listener: () => void): () => void;
  /** Tries now, without waiting for `retryAt`. */
  retry(): void;
  close(): void;
}
