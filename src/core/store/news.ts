import type { LogOutcome, LogRef, SealOutcome } from '../log/log';
import type { Loss } from '../log/loss';
import type { Offset } from '../log/offset';
import type { TimeMark } from '../log/time-mark';

/** Bytes were committed. */
export interface BytesNews {
  readonly kind: 'bytes';
  readonly from: Offset;
  readonly chunks: readonly Buffer[];
  /** Unix milliseconds at which the last of them was committed. */
  readonly at: number;
  /** When each part of them was committed, if that was not one step. */
  readonly times?: readonly TimeMark[];
  /** Present when the step that stored the last of `chunks` also sealed the log. `ended` may follow all the same. */
  readonly end?: SealOutcome;
}

/** When each part of the bytes was committed. @param next the offset after them */
export function timesOf({ at, times }: BytesNews, next: Offset): readonly TimeMark[] {
  return times ?? [{ end: next, at }];
}

/** What happened to a log that is watched. */
export type LogNews =
  | BytesNews
  /** There is something to read. */
  | { readonly kind: 'moved' }
  /** The log ended at `at`, after all earlier news. */
  | { readonly kind: 'ended'; readonly at: Offset; readonly outcome: LogOutcome }
  /** The log lost bytes. The last news that a watcher gets. */
  | { readonly kind: 'lost'; readonly loss: Loss };

/** Must not throw: it is called by the source of the news, before the other watchers. */
export type Watcher = (news: LogNews) => void;

/** What happened to one of all logs of a store. */
export type LifecycleEvent = { readonly log: LogRef } & (
  | { readonly kind: 'created' }
  | { readonly kind: 'attached'; readonly epoch: number }
  | { readonly kind: 'released'; readonly epoch: number; readonly state: 'open' | 'interrupted' }
  /** Acknowledged bytes are gone. Watchers of the log get the same as their last news. */
  | { readonly kind: 'lost'; readonly loss: Loss }
  /** Sealed or removed. `at` is the tail it ended at. */
  | { readonly kind: 'ended'; readonly at: Offset; readonly outcome: LogOutcome }
);
