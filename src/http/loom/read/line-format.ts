import type { LogOutcome, LogRef } from '../../../core/log/log';
import type { Loss, LostBytes } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { LogStore } from '../../../core/store/store';

/** A log and its store. */
export interface LogSource {
  readonly store: LogStore;
  readonly log: LogRef;
}

/** Writes the selected bytes of a log for one reader, in a format that is made of lines. */
export interface LineFormat {
  /** It uses the times of the bytes. */
  readonly needsTimes: boolean;
  /** How many bytes each line becomes longer by, about. */
  readonly bytesPerLine: number;
  /** The reader begins only there. Called before any bytes. @param newlines how many of them come before it, from the first offset on */
  skipTo(offset: Offset, newlines: number): void;
  /** Writes bytes that follow the ones before. @param times theirs, if the format uses them */
  bytes(slice: Buffer, times: readonly TimeMark[]): void;
  /** Whether `bytes` with the same arguments takes next to nothing, because another reader was sent the same in this turn. */
  isShared?(slice: Buffer, times: readonly TimeMark[]): boolean;
  /** Writes what there is of an unfinished line. */
  partial(): void;
  /** Keeps a quiet connection open. */
  heartbeat(): void;
  /**
   * Writes what is left, and how the log is.
   * @param at the end of the selected bytes
   * @param outcome absent: the answer ends although the log may go on
   * @param source the log, for a format that says its state
   */
  end(at: Offset, outcome: LogOutcome | undefined, source: LogSource): Promise<void> | void;
  /** Bytes before which the answer ends are damaged. @returns false if the format cannot say so: then the connection is cut */
  damaged(lost: LostBytes): boolean;
  /** As `damaged`, for bytes that the reader may have had, in the place of which the log has others or none. */
  lost(loss: Loss): boolean;
}
