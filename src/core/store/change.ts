import type { JsonValue } from '../json/json';
import type { RemoveOutcome, SealOutcome } from '../log/log';
import type { Offset } from '../log/offset';

/** What `LogStore.change` makes of a log, in one atomic step. */
export type Change =
  /** A producer takes the log over: the epoch rises, and the writer before is fenced. `graceMs` as in `LogInit`. */
  | { readonly kind: 'attach'; readonly graceMs: number }
  /** The writer leaves, in order (`open`) or not (`interrupted`). The log is overdue `graceMs` later. */
  | { readonly kind: 'release'; readonly epoch: number; readonly state: 'open' | 'interrupted' }
  /** What the writer says of the log: `patch` is merged into the metadata (RFC 7396), `finalLength` as in `LogInfo`. */
  | {
      readonly kind: 'annotate';
      readonly epoch: number;
      readonly patch?: JsonValue;
      readonly finalLength?: Offset;
    }
  /** The writer ends the log at its tail. */
  | { readonly kind: 'seal'; readonly epoch: number; readonly outcome: SealOutcome }
  /** Seals as aborted, but only if the log is overdue at `now`; else changes nothing. */
  | { readonly kind: 'abandon'; readonly now: number; readonly reason: string }
  /**
   * The log was read. Moves the expiry of a log that expires when idle, sealed or not. A store need not note each of many in a short
   * time, as long as no log goes before it was idle for its ttl, and none stays for more than a tenth longer.
   */
  | { readonly kind: 'touch' }
  /**
   * Takes the log away, sealed or not; it ends with `outcome`. With `sealedBefore`, only a log sealed before then; with
   * `expiredAt`, only one that has expired by then. While forks of it live its id stays taken (`LOG_RETIRED`); with the last of them
   * it becomes free, and so do those that the fork itself was made from, if they are retired.
   */
  | {
      readonly kind: 'remove';
      readonly outcome: RemoveOutcome;
      readonly sealedBefore?: number;
      readonly expiredAt?: number;
    };
