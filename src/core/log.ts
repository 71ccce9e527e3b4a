import type { Json } from './json';
import type { LogId } from './log-id';
import type { Offset } from './offset';

/** One life of an id. What still holds an old generation gets `LOG_GONE`, never another's bytes. */
export interface LogRef {
  readonly id: LogId;
  readonly generation: string;
}

/**
 * The right to append, held by the producer that attached last. Each attach raises the epoch, and an append
 * under a lower one is refused with `LOG_FENCED`.
 */
export interface Writer {
  readonly log: LogRef;
  readonly epoch: number;
}

/** How a log ended. After `replaced`, `deleted` and `expired` its bytes are gone as well. */
export type Outcome =
  | { readonly kind: 'complete' }
  | { readonly kind: 'aborted'; readonly reason: string }
  | { readonly kind: 'replaced' }
  | { readonly kind: 'deleted' }
  | { readonly kind: 'expired' };

/** The outcomes that leave the bytes where they are. */
export type SealOutcome = Extract<Outcome, { kind: 'complete' | 'aborted' }>;
/** The outcomes that take the bytes away. */
export type RemoveOutcome = Extract<Outcome, { kind: 'deleted' | 'expired' }>;

/**
 * open         takes bytes. A producer is attached, or left in good order and may come back.
 * interrupted  its producer's connection was lost. What was committed stays; a producer may attach again.
 * closed       sealed for good, with an outcome.
 */
export type LogState = 'open' | 'interrupted' | 'closed';

export function isSameOutcome(a: Outcome, b: Outcome): boolean {
  return a.kind === b.kind && (a.kind !== 'aborted' || b.kind !== 'aborted' || a.reason === b.reason);
}

export interface LogInfo extends LogRef {
  readonly state: LogState;
  /** Present if and only if the state is `closed`. */
  readonly outcome?: SealOutcome;
  /** How many bytes are committed. */
  readonly tail: Offset;
  /** That of the last producer that attached; it also rises when a producer is fenced because its node died. */
  readonly epoch: number;
  readonly metadata?: Json;
  readonly contentType: string;
  /** What the creating producer said to be recognised by when it repeats a request whose answer it never saw. */
  readonly producerKey?: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds of the last append, attach, release or seal. */
  readonly updatedAt: number;
}

export interface LogInit {
  readonly metadata?: Json;
  readonly contentType: string;
  readonly producerKey?: string;
  /** How long the log waits for a producer after one was released, before it is overdue. Milliseconds. */
  readonly graceMs: number;
}

export function writerOf(info: LogInfo): Writer {
  return { log: { id: info.id, generation: info.generation }, epoch: info.epoch };
}
