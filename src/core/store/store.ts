import type {
  Commit,
  CommitResult,
  LogInfo,
  LogInit,
  LogOutcome,
  LogRef,
  LogState,
  SealOutcome,
  Writer,
} from '../log/log';
import type { LogId } from '../log/log-id';
import type { Loss } from '../log/loss';
import type { Offset } from '../log/offset';
import type { Change } from './change';

/**
 * Where logs live. One suite (`test/contract`) runs against every implementation.
 *
 * Every method may throw LogError `STORE_UNAVAILABLE`; a method that was given a `LogRef` or a `Writer` throws
 * `LOG_GONE` once that generation was replaced or removed.
 */
export interface LogStore {
  /** The most bytes one `append` takes. Gathering up to it is what makes many small pieces cheap. */
  readonly appendBytesMax: number;

  /** How many appends of one writer may be under way at a time. */
  readonly appendsInFlight: number;

  /**
   * Makes a log: open, empty and with its first writer attached (`writerOf` the result), unless `init` says otherwise. Atomic: of
   * two that create one id, one succeeds.
   *
   * With `replace` an existing log ends as `replaced` and a new generation takes its place. A log that has expired ends as `expired`
   * instead, in both modes, and counts as absent. With `fork` the new log is there only once it has all of its bytes; its source may
   * be written to, sealed or removed meanwhile.
   *
   * @throws LogError `LOG_EXISTS`, `LOGS_TOO_MANY`; `LOG_RETIRED` (in both modes, and when the source of the fork is retired);
   *   `LOG_NOT_FOUND` when there is no such source; `LOG_GONE` when the answer was lost on the way and the log has been taken away
   *   since. RangeError when the fork is beyond the tail of its source.
   */
  create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult>;

  /**
   * The facts of the present generation, or `undefined` when there is no such log or it has expired. Where bytes were lost the
   * tail is where the rest ends, 0 if there is none, and `losses` has what is gone.
   * @throws LogError `LOG_RETIRED`: it was removed, or has expired, while forks of it live, and until the last of them is removed the
   *   id stays taken; `STORE_DAMAGED`: what is stored of it cannot be understood
   */
  info(id: LogId): Promise<LogInfo | undefined>;

  /** Whether there is no log with this id because the store has lost it. Absent: the store cannot tell. */
  wasLost?(id: LogId): Promise<boolean>;

  /**
   * One atomic change of a log's facts; resolves with the facts after it. It is as durable as an append when it resolves.
   *
   * @throws LogError `LOG_SEALED` when the log is closed already (but for `remove`, for `abandon`, which changes nothing then, and
   *   for a repeated, equal `seal`), `LOG_FENCED`
   */
  change(log: LogRef, change: Change): Promise<LogInfo>;

  /**
   * Stores `chunks` at `at` and resolves with the committed tail, once the bytes are as safe as this store makes them.
   * Bytes that are there already are skipped, so a repeated append succeeds and changes nothing, after the seal as well.
   * Chunks are handed on to readers as they are: the caller must not change them afterwards.
   *
   * Of the appends of one writer that are under way, each begins where the one before ends. They take effect, and resolve, in
   * their order, and when one throws, those after it throw as well.
   *
   * When it throws, nothing of the append is visible to readers, except after `STORE_UNAVAILABLE` and `STORE_FULL`: then any
   * prefix may have been committed, and the same append may be repeated.
   *
   * @throws LogError `LOG_GAP` (`at` is beyond the tail), `LOG_FENCED`, `LOG_SEALED`, `STORE_FULL`; `STORE_DAMAGED` where bytes before
   *   `at` are gone. Nothing of the append is stored then, and a `LostTailError` says where the log goes on
   */
  append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset>;

  /**
   * Stores what one of several writers has to say, in one atomic step with its producer's state, and resolves once that is as safe
   * as this store makes it. Commits of one log are stored one after the other; those that one node makes at the same time go
   * together where that is cheaper, and each is judged by itself, in the order of the calls. As with `append`, the caller must not
   * change the chunks afterwards.
   *
   * What is judged, in this order: a sealed log (but for the very mark that sealed it, and for a lone `seal` of no producer that is
   * equal: both are a `duplicate`), an attached writer, the producer, the sequence, the room. A producer begins with the sequence 0. A
   * refused commit changes nothing. After `STORE_UNAVAILABLE` it may have been stored or not; one with a producer may then be
   * repeated. Where the log waits for a producer that left, its grace begins anew.
   *
   * @throws LogError `LOG_SEALED`, `LOG_BUSY`, `PRODUCER_STALE`, `PRODUCER_GAP`, `PRODUCER_EPOCH_SKIPPED` (all three are a
   *   `ProducerError`), `PRODUCERS_TOO_MANY`, `SEQUENCE_REGRESSED`, `LOG_TOO_LARGE`, `STORE_FULL`
   */
  commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult>;

  /**
   * The bytes from `from` on, about `bytesMax` of them at the most, up to the tail. No bytes and no `end` means that
   * `from` is the tail. `bytesMax` is at least 1, and a page that is not at the tail has at least one byte; where a store gives whole
   * chunks only, it may be a chunk more. Throws RangeError when `from` is beyond the tail.
   *
   * @param until where the reader is going to stop, at most the tail. A store that can tell at little cost that bytes before it are
   *   missing throws now, so that a wire can answer with an error instead of half of what it promised
   * @throws LogError `STORE_DAMAGED` where bytes are missing that were acknowledged
   */
  read(log: LogRef, from: Offset, bytesMax: number, until?: Offset): Promise<Page>;

  /**
   * Tells the watcher, in order, what happens to the log after `seen`, until the returned function is called. The watcher is
   * called in the turn in which this process learns the news, never before `watch` has returned.
   *
   * Level-triggered: when the log is past `seen` or sealed already, the watcher hears `moved` at once, so that nothing can be
   * missed between a read and a watch; so, too, when it is gone already. What it is told may overlap what it has (offsets tell) and
   * may be no more than `moved`, but for one thing: who watches when the log is replaced or removed hears `ended`, since no read
   * could tell of that any more. Only after a `moved` may bytes be missing in what it is told.
   *
   * A store that notices that acknowledged bytes are gone records this in `LogInfo.losses` and then calls every watcher of the log with
   * `lost`, also those that have none of these bytes: their wire generation is out of date. Nothing follows a `lost`. A reader
   * goes on only after it has compared its offset with the new `losses` (`core/loss.ts`).
   */
  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void;

  /**
   * Newest first. A page may hold fewer logs than `limit` and still have a `next`.
   *
   * A page costs about as much as the logs that it holds, however many others there are, and whatever the query asks for. Long work is
   * done in slices, so that other work goes on in between. Logs may come, change and go while a client turns the pages: a log that is there
   * from the first page to the last, and matches all the while, is on exactly one of them.
   *
   * Once `signal` aborts nothing more is read, and the call throws the reason of the signal.
   * @throws LogError `LOG_ID_INVALID` for a cursor that no page returned.
   */
  list(query: ListQuery, signal?: AbortSignal): Promise<ListPage>;

  /**
   * Unix milliseconds by the clock that this store measures waits with. What `due` and the conditions of changes take are times of it.
   * It goes on at an even pace when the clock of the system is set.
   */
  now(): number;

  /** Logs whose time has come, the most overdue first. Like `list` it passes over those whose facts cannot be understood. */
  due(query: DueQuery, limit: number): Promise<readonly LogInfo[]>;

  /**
   * Takes away the log of an id of which `info` throws `STORE_DAMAGED`, with what is left of its bytes. One that can be read stays.
   * @returns whether there was such a log
   */
  purge(id: LogId): Promise<boolean>;

  /** Tells `listener` of every log that is created, attached to, interrupted, sealed or removed or that loses bytes, on any node, from now on. */
  lifecycle(listener: (event: LifecycleEvent) => void): () => void;

  /** Resolves when the store can take an append right now. @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL`, with the reason */
  ready(): Promise<void>;

  /** Watchers and listeners hear nothing more. Appends that are under way finish first. */
  close(): Promise<void>;
}

export interface CommitLimits {
  /** The log's size limit in bytes. */
  readonly logBytesMax: number;
  /** How many producers' states a log keeps. */
  readonly producersMax: number;
}

export interface CreateResult {
  readonly info: LogInfo;
  /** Whether an earlier generation was replaced. */
  readonly replaced: boolean;
}

export interface Page {
  readonly chunks: readonly Buffer[];
  /** The offset after the last of `chunks`. */
  readonly next: Offset;
  /** Present when the log is sealed and `next` is its end. */
  readonly end?: SealOutcome;
  /**
   * Gives the memory of `chunks` back to the store, which may then use it for other pages. Only for a reader that has handed
   * the chunks to nobody who may still look at them; one that never calls it leaves them to the garbage collector. A second call does
   * nothing.
   */
  readonly release?: () => void;
}

export type LogNews =
  | {
      readonly kind: 'bytes';
      readonly from: Offset;
      readonly chunks: readonly Buffer[];
      /** Present when the step that stored the last of `chunks` also sealed the log. `ended` may follow all the same. */
      readonly end?: SealOutcome;
    }
  /** There is something to read. */
  | { readonly kind: 'moved' }
  /** The log ended at `at`, after everything told before. */
  | { readonly kind: 'ended'; readonly at: Offset; readonly outcome: LogOutcome }
  /** The log lost bytes. The last news that a watcher gets. */
  | { readonly kind: 'lost'; readonly loss: Loss };

/** Must not throw: it is called from where the news comes from, before the other watchers. */
export type Watcher = (news: LogNews) => void;

export interface ListQuery {
  readonly limit: number;
  readonly cursor?: string;
  /** Only logs whose id starts so. */
  readonly prefix?: string;
  /** `live`: open or interrupted. */
  readonly state?: LogState | 'live';
}

export interface ListPage {
  readonly logs: readonly LogInfo[];
  readonly next?: string;
}

export type DueQuery =
  /** Logs without a writer whose grace is over at `now`. */
  | { readonly kind: 'overdue'; readonly now: number }
  | { readonly kind: 'sealed'; readonly before: number }
  | { readonly kind: 'expired'; readonly now: number };

export type LifecycleEvent = { readonly log: LogRef } & (
  | { readonly kind: 'created' }
  | { readonly kind: 'attached'; readonly epoch: number }
  | { readonly kind: 'released'; readonly epoch: number; readonly state: 'open' | 'interrupted' }
  /** Acknowledged bytes are gone. Watchers of the log get the same as their last news. */
  | { readonly kind: 'lost'; readonly loss: Loss }
  /** Sealed or removed. `at` is the tail it ended at. */
  | { readonly kind: 'ended'; readonly at: Offset; readonly outcome: LogOutcome }
);
