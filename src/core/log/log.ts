import type { JsonValue } from '../json/json';
import type { LogId } from './log-id';
import type { Loss } from './loss';
import type { Offset } from './offset';

/** One life of an id. What still holds an old generation gets `LOG_GONE`, never another's bytes. */
export interface LogRef {
  readonly id: LogId;
  readonly generation: string;
}

/** The right to append, held by the producer that attached last. An attach raises the epoch: lower ones get `LOG_FENCED`. */
export interface Writer {
  readonly log: LogRef;
  readonly epoch: number;
}

/** How a log ended. After `replaced`, `deleted` and `expired` its bytes are gone as well. */
export type LogOutcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'aborted'; readonly reason: string }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'expired' };

/** The outcomes that leave the bytes where they are. */
export type SealOutcome = Extract<LogOutcome, { kind: 'complete' | 'aborted' }>;
/** The outcomes that take the bytes away. */
export type RemoveOutcome = Extract<LogOutcome, { kind: 'deleted' | 'expired' }>;

/**
 * Whether a log takes bytes, and from which producer.
 *
 * open         takes bytes. A producer is attached, or left in good order and may come back.
 * interrupted  its producer's connection was lost. What was committed stays; a producer may attach again.
 * closed       sealed for good, with an outcome.
 */
export type LogState = 'open' | 'interrupted' | 'closed';

export function isSameOutcome(a: LogOutcome, b: LogOutcome): boolean {
  return a.kind === b.kind && (a.kind !== 'aborted' || b.kind !== 'aborted' || a.reason === b.reason);
}

/** When a log ends by itself, sealed or not. */
export type Expiry =
  /** This long after it was last touched: by what was stored in it, or by a reader that asked for it. Milliseconds. */
  | { readonly kind: 'idle'; readonly ttlMs: number }
  /** At this time, in Unix milliseconds. */
  | { readonly kind: 'at'; readonly at: number };

/** A place in a log from which another one goes on in its own way. */
export interface ForkPoint {
  readonly source: LogRef;
  readonly at: Offset;
}

/** `json`: the log is JSON texts, each followed by a line feed and without one inside. */
export type Framing = 'json';

/** The facts about a log. */
export interface LogInfo extends LogRef {
  readonly state: LogState;
  /** Present if and only if the state is `closed`. */
  readonly outcome?: SealOutcome;
  /** How many bytes are committed. */
  readonly tail: Offset;
  /** That of the last producer that attached; it also rises when a producer is fenced because its node died. */
  readonly epoch: number;
  readonly metadata?: JsonValue;
  readonly contentType: string;
  /** What the creating producer said to be recognised by when it repeats a request whose answer it never saw. */
  readonly producerKey?: string;
  /** The `traceparent` of the request that created it (W3C Trace Context). */
  readonly traceparent?: string;
  /** How many bytes its producer says it will have when it is complete. */
  readonly finalLength?: Offset;
  readonly framing?: Framing;
  readonly expiry?: Expiry;
  /** Unix milliseconds at which the log expires unless it is touched before. Present if and only if `expiry` is. */
  readonly expiresAt?: number;
  /** Present when the log began as a copy of another's first bytes. */
  readonly forkedFrom?: ForkPoint;
  /** Acknowledged bytes that the store no longer has, the oldest loss first. Absent: none. The generation stays the same. */
  readonly losses?: readonly Loss[];
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds of the last append, attach, release or seal. */
  readonly updatedAt: number;
}

/** What a log begins with. */
export interface LogInit {
  readonly metadata?: JsonValue;
  readonly contentType: string;
  readonly producerKey?: string;
  readonly traceparent?: string;
  readonly finalLength?: Offset;
  readonly framing?: Framing;
  readonly expiry?: Expiry;
  /** How many milliseconds the log waits for a producer after a release. Absent: none is attached, and it waits forever for commits. */
  readonly graceMs?: number;
  /** The log begins with a copy of another one's bytes, up to there. Its producers and their sequences are not copied. */
  readonly fork?: ForkPoint;
  /** Those that a fork has from its source (`inheritedLosses`). */
  readonly losses?: readonly Loss[];
  /** Stored in the same step as the log is made, after what `fork` copies. */
  readonly first?: Pick<Commit, 'chunks' | 'seal'>;
}

/** What an idempotent producer says of one request, so that a repeated one is recognised. */
export interface ProducerMark {
  readonly id: string;
  readonly epoch: number;
  readonly sequence: number;
}

/** What is stored in one atomic step: all of it or nothing. At least one byte, or a seal. */
export interface Commit {
  readonly chunks: readonly Buffer[];
  readonly producer?: ProducerMark;
  /** Must be greater than that of the commit before that had one, compared byte by byte (as UTF-8). */
  readonly sequence?: string;
  /** Ends the log after `chunks`. */
  readonly seal?: SealOutcome;
}

/** What a commit stored, or that an earlier try of it had stored it. */
export interface CommitResult {
  /** `duplicate`: this producer had this one, or a later one, stored before; nothing was changed. */
  readonly how: 'stored' | 'duplicate';
  /** The log's tail, after this commit. */
  readonly tail: Offset;
  readonly isSealed: boolean;
  /** The highest number of this producer that is stored, in its present epoch. Present if and only if the commit has a producer. */
  readonly producer?: { readonly epoch: number; readonly sequence: number };
}

export function writerOf(info: LogInfo): Writer {
  return { log: { id: info.id, generation: info.generation }, epoch: info.epoch };
}

/** The outcomes of a log that is gone, so that no read can return them. */
export type Removal = RemoveOutcome | { readonly kind: 'replaced' };

export function isRemoval(outcome: LogOutcome): outcome is Removal {
  return outcome.kind !== 'complete' && outcome.kind !== 'aborted';
}
