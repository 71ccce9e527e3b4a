import type { LogRef } from '../log/log';
import type { Loss } from '../log/loss';

/** Gets what happens to many logs. Its methods are called in the turn of the news and must not block. */
export interface ManyLogsListener {
  started(log: LogRef): void;
  /** Live bytes. @returns false when there is no time for them now: then they are read from the store */
  bytes(log: LogRef, chunks: readonly Buffer[]): boolean;
  /** Bytes that were read from the store, once the listener was `ready`. */
  stored(log: LogRef, chunks: readonly Buffer[]): void;
  /** The next `bytes` bytes were never delivered: the log was removed before they were read. */
  skipped(log: LogRef, bytes: number): void;
  /** Bytes that were delivered are gone. The next ones begin at `loss.from`. */
  lost(log: LogRef, loss: Loss): void;
  ended(log: LogRef): void;
  /** Resolves when the listener can take another page of the store; rejects when it has left. */
  ready(): Promise<void>;
}
