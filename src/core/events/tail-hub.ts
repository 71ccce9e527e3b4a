import { sizeOf } from '../bytes/size-of';
import type { LogOutcome, LogRef, SealOutcome } from '../log/log';
import type { Loss } from '../log/loss';
import { advance, type Offset } from '../log/offset';
import type { LogNews, Watcher } from '../store/news';

/** What a store does when a log gets its first watcher and when its last one leaves. */
interface TailSource {
  /** From now on the store may call `appended`, `advancedTo`, `wake` and `ended` for the log. */
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
  /** It still has to get `moved`, for what happened before it came. */
  isBehind: boolean;
}

/** The watchers of each log in this process. All get the same buffers in one pass: a promise each would cost more than the send. */
export class TailHub {
  readonly #tails = new Map<string, Tail>();

  constructor(private readonly source: TailSource = {}) {}

  /** @param past whether the log is known to be past `seen` or to have ended */
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

  /** The offset up to which the watchers of a log have its bytes. */
  deliveredOffset(log: LogRef): Offset | undefined {
    return this.#tails.get(log.generation)?.at;
  }

  /**
   * `chunks` begin at `from`. Bytes that two sources report are passed on once.
   * @param at Unix milliseconds at which they were committed
   * @param outcome how the same step sealed the log, if it did
   */
  appended(log: LogRef, from: Offset, chunks: readonly Buffer[], at: number, outcome?: SealOutcome): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined) return;
    const end = advance(from, sizeOf(chunks));
    if (end <= tail.at) return;
    const contiguous = from <= tail.at;
    tail.at = end;
    notifyWatchers(tail, contiguous ? bytesNews(from, chunks, at, outcome) : { kind: 'moved' });
  }

  /** The log is known to be at `end`. Watchers read what comes before it. */
  advancedTo(log: LogRef, end: Offset): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined || end <= tail.at) return;
    tail.at = end;
    notifyWatchers(tail, { kind: 'moved' });
  }

  /** Something may have happened that this process does not know. A spurious call is safe. */
  wake(log: LogRef): void {
    const tail = this.#tails.get(log.generation);
    if (tail !== undefined) notifyWatchers(tail, { kind: 'moved' });
  }

  ended(log: LogRef, at: Offset, outcome: LogOutcome): void {
    const tail = this.#tails.get(log.generation);
    if (tail !== undefined) notifyWatchers(tail, { kind: 'ended', at, outcome });
  }

  /** Calls the watchers of a log that lost bytes for the last time. Later watchers begin with the bytes after the loss. */
  lost(log: LogRef, loss: Loss): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined) return;
    this.#drop(tail);
    notifyWatchers(tail, { kind: 'lost', loss });
    tail.watchers.clear();
  }

  /** Wakes the watchers of all logs, as after a lost connection. */
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

function bytesNews(
  from: Offset,
  chunks: readonly Buffer[],
  at: number,
  end: SealOutcome | undefined,
): LogNews {
  return end === undefined ? { kind: 'bytes', from, chunks, at } : { kind: 'bytes', from, chunks, at, end };
}

/** A pass calls the watchers that were there before it and have not left during it. */
function notifyWatchers(tail: Tail, news: LogNews): void {
  for (const own of [...tail.watchers]) {
    // The news may come in the turn in which the watcher came: `moved` for what was before has to precede it.
    notifyIfBehind(tail, own);
    if (tail.watchers.has(own)) own.watcher(news);
  }
}

function notifyIfBehind(tail: Tail, own: Watch): void {
  if (!own.isBehind || !tail.watchers.has(own)) return;
  own.isBehind = false;
  own.watcher({ kind: 'moved' });
}
