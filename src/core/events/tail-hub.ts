import { sizeOf } from '../bytes/size-of';
import type { LogOutcome, LogRef, SealOutcome } from '../log/log';
import type { Loss } from '../log/loss';
import { advance, type Offset } from '../log/offset';
import type { LogNews, Watcher } from '../store/store';

/** What a store does when the first watcher of a log comes and when its last one leaves. */
interface TailSource {
  /** Resolves nothing: it may call `advanced`, `stirred` and `ended` from now on. */
  start?(log: LogRef, from: Offset): void;
  stop?(log: LogRef): void;
}

interface Tail {
  readonly log: LogRef;
  readonly watchers: Set<Watch>;
  at: Offset;
}

interface Watch {
  readonly watcher: Watcher;
  /** Something happened before it came, of which it has yet to be told. */
  isBehind: boolean;
}

/**
 * Who waits at which log's tail in this process. Every store has one and tells it what it learns; all watchers of a log get
 * the same buffers, in one synchronous pass: with thousands of them a promise each would cost more than the sending.
 */
export class TailHub {
  readonly #tails = new Map<string, Tail>();

  constructor(private readonly source: TailSource = {}) {}

  /** @param past whether the store knows already that the log is past `seen` or ended. */
  watch(log: LogRef, seen: Offset, watcher: Watcher, past: boolean): () => void {
    const tail = this.#tails.get(log.generation) ?? this.#begin(log, seen);
    const own: Watch = { watcher, isBehind: past || seen < tail.at };
    tail.watchers.add(own);
    if (own.isBehind) queueMicrotask(() => notifyIfBehind(tail, own));
    return () => this.#leave(tail, own);
  }

  isWatched(log: LogRef): boolean {
    return this.#tails.has(log.generation);
  }

  /** The offset up to which the watchers of a log have been told. */
  deliveredOffset(log: LogRef): Offset | undefined {
    return this.#tails.get(log.generation)?.at;
  }

  /**
   * `chunks` begin at `from`. Told twice, from two sources, they are passed on once.
   * @param outcome how the same step sealed the log, if it did
   */
  appended(log: LogRef, from: Offset, chunks: readonly Buffer[], outcome?: SealOutcome): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined) return;
    const end = advance(from, sizeOf(chunks));
    if (end <= tail.at) return;
    const contiguous = from <= tail.at;
    tail.at = end;
    notifyWatchers(tail, contiguous ? bytesNews(from, chunks, outcome) : { kind: 'moved' });
  }

  /** The log is known to be at `end`. Watchers read what comes before it. */
  advancedTo(log: LogRef, end: Offset): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined || end <= tail.at) return;
    tail.at = end;
    notifyWatchers(tail, { kind: 'moved' });
  }

  /** Something may have happened that is not known here. A spurious call is safe. */
  wake(log: LogRef): void {
    const tail = this.#tails.get(log.generation);
    if (tail !== undefined) notifyWatchers(tail, { kind: 'moved' });
  }

  ended(log: LogRef, at: Offset, outcome: LogOutcome): void {
    const tail = this.#tails.get(log.generation);
    if (tail !== undefined) notifyWatchers(tail, { kind: 'ended', at, outcome });
  }

  /** Calls the watchers of a log that lost bytes for the last time. Those that watch from now on begin with the bytes after the loss. */
  lost(log: LogRef, loss: Loss): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined) return;
    this.#drop(tail);
    notifyWatchers(tail, { kind: 'lost', loss });
    tail.watchers.clear();
  }

  /** Tells all watchers of all logs to look again, as after a lost connection. */
  wakeAll(): void {
    for (const tail of [...this.#tails.values()]) notifyWatchers(tail, { kind: 'moved' });
  }

  close(): void {
    for (const tail of [...this.#tails.values()]) {
      tail.watchers.clear();
      this.#drop(tail);
    }
  }

  #begin(log: LogRef, at: Offset): Tail {
    const tail: Tail = { log, watchers: new Set(), at };
    this.#tails.set(log.generation, tail);
    this.source.start?.(log, at);
    return tail;
  }

  #leave(tail: Tail, own: Watch): void {
    if (tail.watchers.delete(own) && tail.watchers.size === 0) this.#drop(tail);
  }

  #drop(tail: Tail): void {
    if (this.#tails.get(tail.log.generation) !== tail) return;
    this.#tails.delete(tail.log.generation);
    this.source.stop?.(tail.log);
  }
}

function bytesNews(from: Offset, chunks: readonly Buffer[], end: SealOutcome | undefined): LogNews {
  return end === undefined ? { kind: 'bytes', from, chunks } : { kind: 'bytes', from, chunks, end };
}

/** Watchers may leave, or others come, while they are being told: those are told who were there and still are. */
function notifyWatchers(tail: Tail, news: LogNews): void {
  for (const own of [...tail.watchers]) {
    // The news may come in the turn in which the watcher came. It must hear first that there was something before.
    notifyIfBehind(tail, own);
    if (tail.watchers.has(own)) own.watcher(news);
  }
}

function notifyIfBehind(tail: Tail, own: Watch): void {
  if (!own.isBehind || !tail.watchers.has(own)) return;
  own.isBehind = false;
  own.watcher({ kind: 'moved' });
}
