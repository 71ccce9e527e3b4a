import type {
  Commit,
  CommitResult,
  LogInfo,
  LogInit,
  LogRef,
  LogState,
  SealOutcome,
  Writer,
} from '../log/log';
import type { LogId } from '../log/log-id';
import type { Offset } from '../log/offset';
import type { TimeMark } from '../log/time-mark';
import type { Change } from './change';
import type { DueQuery } from './due-query';
import type { ListPage, ListQuery } from './list-query';
import type { LogFileAccess } from './log-file-access';
import type { LifecycleEvent, Watcher } from './news';

/**
 * Where logs live. One suite (`test/contract`) runs against every implementation.
 *
 * Every method may throw LogError `STORE_UNAVAILABLE`; a method that was given a `LogRef` or a `Writer` throws
 * `LOG_GONE` once that generation was replaced or removed.
 */
export interface LogStore {
  /** The most bytes that one `append` takes. Small pieces are cheap because they are gathered up to it. */
  readonly appendBytesMax: number;

  /** How many appends of one writer may be in flight. */
  readonly appendsInFlight: number;

  /**
   * For how long after a time, in milliseconds, bytes with that time may still be stored: they may get it before they are written. While
   * the store is unavailable it may be longer.
   */
  readonly commitDelayMs: number;

  /**
   * Creates a log: open, empty and with its first writer attached (`writerOf` the result), unless `init` says otherwise. Atomic: of two
   * creations of one id, one succeeds.
   *
   * With `replace` an existing log ends as `replaced` and a new generation takes its place. A log that has expired ends as `expired`
   * instead, in both modes, and counts as absent. With `fork` the new log exists only once it has all of its bytes; its source may be
   * written to, sealed or removed at the same time.
   *
   * @throws LogError `LOG_EXISTS`, `LOGS_TOO_MANY`; `LOG_RETIRED` (in both modes, and when the source of the fork is retired);
   *   `LOG_NOT_FOUND` when there is no such source; `LOG_GONE` when the reply of the store was lost and the log was removed since.
   *   RangeError when the fork is beyond the tail of its source
   */
  create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult>;

  /**
   * The facts of the current generation; `undefined` when there is no such log or it has expired. Where bytes were lost, the tail is the
   * end of what is left, 0 if nothing is, and `losses` has what is gone.
   * @throws LogError `LOG_RETIRED`: the log was removed or has expired, and its id stays taken until the last of its forks is removed;
   *   `STORE_DAMAGED`: its record cannot be parsed
   */
  info(id: LogId): Promise<LogInfo | undefined>;

  /** Whether the store has lost the log with this id. Absent: the store cannot know. */
  wasLost?(id: LogId): Promise<boolean>;

  /**
   * Changes a log's facts in one atomic step and resolves with the facts after it. The change is then as durable as an append.
   *
   * @throws LogError `LOG_SEALED` when the log is closed already (but for `remove`, for `abandon`, which changes nothing then, and for a
   *   repeated, equal `seal`), `LOG_FENCED`
   */
  change(log: LogRef, change: Change): Promise<LogInfo>;

  /**
   * Stores `chunks` at `at` and resolves with the committed tail, once the bytes are as safe as this store makes them. Bytes that are
   * stored already are skipped, so a repeated append succeeds and changes nothing, even after the seal. Readers get the chunks as they
   * are: the caller must not change them afterwards.
   *
   * Of the appends of one writer that are in flight, each begins where the previous one ends. They take effect and resolve in their
   * order, and when one throws, the following ones throw as well.
   *
   * When it throws, nothing of the append is visible to readers, except after `STORE_UNAVAILABLE` and `STORE_FULL`: then any prefix may
   * have been committed, and the same append may be repeated.
   *
   * @throws LogError `LOG_GAP` (`at` is beyond the tail), `LOG_FENCED`, `LOG_SEALED`, `STORE_FULL`; `STORE_DAMAGED` where bytes before
   *   `at` are gone. Nothing of the append is stored then, and a `LostTailError` has the offset where the log continues
   */
  append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset>;

  /**
   * Stores the chunks of one of several writers, in one atomic step with its producer's state, and resolves once they are as safe as this
   * store makes them. Commits of one log are stored one after the other. Those that one node makes at the same time share a write where
   * that is cheaper, and each is evaluated by itself, in the order of the calls. As with `append`, the caller must not change the chunks
   * afterwards.
   *
   * The checks, in this order: a sealed log (but for the very mark that sealed it, and for an equal `seal` without bytes and producer:
   * both are a `duplicate`), an attached writer, the producer, the sequence, the size. A producer begins with the sequence 0. A refused
   * commit changes nothing. After `STORE_UNAVAILABLE` it may have been stored or not; one with a producer may then be repeated. Where the
   * log waits for a producer that left, its grace begins anew.
   *
   * @throws LogError `LOG_SEALED`, `LOG_BUSY`, `PRODUCER_STALE`, `PRODUCER_GAP`, `PRODUCER_EPOCH_SKIPPED` (all three are a
   *   `ProducerError`), `PRODUCERS_TOO_MANY`, `SEQUENCE_REGRESSED`, `LOG_TOO_LARGE`, `STORE_FULL`
   */
  commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult>;

  /**
   * Reads the bytes from `from` on, about `bytesMax` of them at most, up to the tail. No bytes and no `end` means that `from` is the
   * tail. `bytesMax` is at least 1, and a page that is not at the tail has at least one byte. A store that returns whole chunks may
   * exceed it by one chunk. Throws RangeError when `from` is beyond the tail.
   *
   * @param until where the reader is going to stop, at most the tail. A store that can check cheaply that bytes before it are missing
   *   throws now, so that a wire can respond with an error instead of half of what it promised
   * @throws LogError `STORE_DAMAGED` where acknowledged bytes are missing
   */
  read(log: LogRef, from: Offset, bytesMax: number, until?: Offset): Promise<Page>;

  /** As `read`, with the times of the bytes. It costs more. */
  readTimed(log: LogRef, from: Offset, bytesMax: number, until?: Offset): Promise<TimedPage>;

  /** Absent: this store has no file per log. */
  readonly logFiles?: LogFileAccess;

  /**
   * The offset of the first byte that was committed at `at` (Unix milliseconds) or later; the tail if there is none.
   * @throws LogError `LOG_GONE`, `STORE_DAMAGED`
   */
  offsetAt(log: LogRef, at: number): Promise<Offset>;

  /**
   * What `saveLineIndex` stored for the log, by any node. It is removed with the log.
   * @throws LogError `LOG_GONE`
   */
  loadLineIndex(log: LogRef): Promise<Buffer | undefined>;

  /**
   * Stores the line index of a sealed log beside it, so that no process counts its lines again. It can always be computed from the bytes:
   * a store may lose it, and a caller checks what it loads.
   * @throws LogError `LOG_GONE`, `STORE_FULL`
   */
  saveLineIndex(log: LogRef, index: Buffer): Promise<void>;

  /**
   * Calls the watcher, in order, with what happens to the log after `seen`, until the returned function is called. The call comes in the
   * turn in which this process learns the news, and never before `watch` has returned. A log with so many watchers that the turn has no time for
   * all calls the rest in the turns after it, and joins the bytes that come meanwhile.
   *
   * Level-triggered: when the log is past `seen`, sealed or gone already, the watcher gets `moved` at once, so that it misses nothing
   * between a read and a watch. News may overlap what the watcher has (compare the offsets) and may be no more than `moved`, with one
   * exception: a watcher of a log that is replaced or removed gets `ended`, because a read can no longer show that. Only after a `moved`
   * may bytes be missing in the news.
   *
   * A store that finds acknowledged bytes gone records this in `LogInfo.losses` and then calls every watcher of the log with `lost`, also
   * those that have none of these bytes: their wire generation is out of date. Nothing follows a `lost`. A reader continues only after it
   * has compared its offset with the new `losses` (`core/log/loss.ts`).
   */
  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void;

  /**
   * Newest first. A page may hold fewer logs than `limit` and still have a `next`.
   *
   * A page costs about as much as the logs that it holds, however many others there are, and whatever the query asks for. Long work is
   * done in slices, so that other work goes on in between. Logs may come, change and go while a client turns the pages: a log that exists
   * from the first page to the last, and matches all the time, is on exactly one of them.
   *
   * Once `signal` aborts, nothing more is read, and the call throws the signal's reason.
   * @throws LogError `LOG_ID_INVALID` for a cursor that no page returned
   */
  list(query: ListQuery, signal?: AbortSignal): Promise<ListPage>;

  /**
   * How many logs there are. It costs about as much as the open and interrupted ones are many, and nothing per closed log. Logs that have
   * expired count until they are removed. In a store that several processes share all of them get the same answer.
   */
  count(): Promise<LogCounts>;

  /** Unix milliseconds by the store's clock, for `due` and the conditions of changes. It is even when the system's clock is set. */
  now(): number;

  /** Logs that are due, the most overdue first. Like `list` it skips logs whose facts cannot be parsed. */
  due(query: DueQuery, limit: number): Promise<readonly LogInfo[]>;

  /** Removes a log for which `info` throws `STORE_DAMAGED`, with its bytes. A readable log stays. @returns whether there was one */
  purge(id: LogId): Promise<boolean>;

  /**
   * Calls `listener` from now on for every log, on any node, that is created, attached, interrupted, sealed, removed or loses bytes.
   * Calls `onMissed` if some of these events will never come: what is known of the logs must be read again.
   */
  lifecycle(listener: (event: LifecycleEvent) => void, onMissed?: () => void): () => void;

  /** Resolves if the store could take an append now. @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL`, with the reason */
  ready(): Promise<void>;

  /** Watchers and listeners get no more calls. Appends in flight finish first. */
  close(): Promise<void>;
}

export interface CommitLimits {
  /** The log's size limit in bytes. */
  readonly logBytesMax: number;
  /** How many producers' states a log keeps. */
  readonly producersMax: number;
}

/** The number of logs in each state. */
export type LogCounts = Readonly<Record<LogState, number>>;

/** What `LogStore.create` made. */
export interface CreateResult {
  readonly info: LogInfo;
  /** Whether an earlier generation was replaced. */
  readonly replaced: boolean;
}

/** Bytes of a log from one read. */
export interface Page {
  readonly chunks: readonly Buffer[];
  /** The offset after the last of `chunks`. */
  readonly next: Offset;
  /** Present when the log is sealed and `next` is its end. */
  readonly end?: SealOutcome;
  /** Returns the memory of `chunks` to the store. Optional, and only if nothing else can still read them. A second call does nothing. */
  readonly release?: () => void;
  /**
   * Present if it was asked for. Each byte has the time of the first mark that ends after it. A byte behind the last mark has no known
   * time: it was stored by a version that kept none, and nothing has been stored since.
   */
  readonly times?: readonly TimeMark[];
}

/** A page with the times of its bytes. */
export interface TimedPage extends Page {
  readonly times: readonly TimeMark[];
}
