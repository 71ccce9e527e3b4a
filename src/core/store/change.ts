import type { JsonValue } from '../json/json';
import type { RemoveOutcome, SealOutcome } from '../log/log';
import type { Offset } from '../log/offset';

/** One atomic step of `LogStore.change`. */
export type Change =
  /** A producer takes the log over: the epoch rises, and the previous writer is fenced. `graceMs` as in `LogInit`. */
  | { readonly kind: 'attach'; readonly graceMs: number }
  /** The writer leaves, gracefully (`open`) or not (`interrupted`). The log is overdue `graceMs` later. */
  | { readonly kind: 'release'; readonly epoch: number; readonly state: 'open' | 'interrupted' }
  /** Facts from the writer: `patch` is merged into the metadata (RFC 7396), `finalLength` as in `LogInfo`. */
  | {
      readonly kind: 'annotate';
      readonly epoch: number;
      readonly patch?: JsonValue;
      readonly finalLength?: Offset;
    }
  /** The writer ends the log at its tail. */
  | { readonly kind: 'seal'; readonly epoch: number; readonly outcome: SealOutcome }
  /** Seals the log as aborted if it is overdue at `now`. Otherwise it changes nothing. */
  | { readonly kind: 'abandon'; readonly now: number; readonly reason: string }
  /**
   * The log was read: extends the expiry of a log with an idle TTL, sealed or not. A store may skip touches that follow each other
   * closely, as long as no log goes before it was idle for its TTL and none stays for more than a tenth longer.
   */
  | { readonly kind: 'touch' }
  /**
   * Removes the log, sealed or not; it ends with `outcome`. With `sealedBefore`, only if it was sealed before then; with `expiredAt`,
   * only if it has expired by then. While forks of it live, its id stays taken (`LOG_RETIRED`). The removal of the last fork frees it,
   * and the retired sources that the fork itself was made from.
   */
  | {
      readonly kind: 'remove';
      readonly outcome: RemoveOutcome;
      readonly sealedBefore?: number;
      readonly expiredAt?: number;
    };
