import { sizeOf } from '../bytes/size-of';
import type { LogOutcome, LogRef, SealOutcome } from '../log/log';
import type { Loss } from '../log/loss';
import { advance, type Offset } from '../log/offset';
import type { BytesNews, Watcher } from '../store/news';
import { Tail, type Watch } from './tail';

/** What a store does when a log gets its first watcher and when its last one leaves. */
interface TailSource {
  /** From now on the store may call `appended`, `advancedTo`, `wake` and `ended` for the log. */
  start?(log: LogRef, from: Offset): void;
  stop?(log: LogRef): void;
}

/** The watchers of each log in this process. All get the same buffers in one pass: a promise each would cost more than the send. */
export class TailHub {
  readonly #tails = new Map<string, Tail>();

  constructor(private readonly source: TailSource = {}) {}

  /** @param past whether the log is known to be past `seen` or to have ended */
  watch(log: LogRef, seen: Offset, watcher: Watcher, past: boolean): () => void {
    const tail = this.#tails.get(log.generation) ?? this.#begin(log, seen);
    const own: Watch = { watcher, isBehind: past || seen < tail.at };
    tail.watches.add(own);
    if (own.isBehind) queueMicrotask(() => tail.notifyIfBehind(own));
    return () => this.#leave(tail, own);
  }

  isWatched(log: LogRef): boolean {
    return this.#tails.has(log.generation);
  }

  /** The offset up to which the watchers of a log have its bytes, or get them before any other news. */
  deliveredOffset(log: LogRef): Offset | undefined {
    return this.#tails.get(log.generation)?.at;
  }

  /**
   * `chunks` begin at `from`. Bytes that two sources report are passed on once. Watchers may get them in a later turn: nothing may change them.
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
    tail.deliver(contiguous ? bytesNews(from, chunks, at, outcome) : { kind: 'moved' });
  }

  /** The log is known to be at `end`. Watchers read what comes before it. */
  advancedTo(log: LogRef, end: Offset): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined || end <= tail.at) return;
    tail.at = end;
    tail.deliver({ kind: 'moved' });
  }

  /** Something may have happened that this process does not know. A spurious call is safe. */
  wake(log: LogRef): void {
    const tail = this.#tails.get(log.generation);
    if (tail !== undefined) tail.deliver({ kind: 'moved' });
  }

  ended(log: LogRef, at: Offset, outcome: LogOutcome): void {
    const tail = this.#tails.get(log.generation);
    if (tail !== undefined) tail.deliver({ kind: 'ended', at, outcome });
  }

  /** Calls the watchers of a log that lost bytes for the last time. Later watchers begin with the bytes after the loss. */
  lost(log: LogRef, loss: Loss): void {
    const tail = this.#tails.get(log.generation);
    if (tail === undefined) return;
    this.#drop(tail);
    tail.deliver({ kind: 'lost', loss });
    tail.watches.clear();
  }

  /** Wakes the watchers of all logs, as after a lost connection. */
  wakeAll(): void {
    for (const tail of [...this.#tails.values()]) tail.deliver({ kind: 'moved' });
  }

  close(): void {
    for (const tail of [...this.#tails.values()]) {
      tail.watches.clear();
      this.#drop(tail);
    }
  }

  #begin(log: LogRef, at: Offset): Tail {
    const tail = new Tail(log, at);
    this.#tails.set(log.generation, tail);
    this.source.start?.(log, at);
    return tail;
  }

  #leave(tail: Tail, own: Watch): void {
    if (tail.watches.delete(own) && tail.watches.size === 0) this.#drop(tail);
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
): BytesNews {
  return end === undefined ? { kind: 'bytes', from, chunks, at } : { kind: 'bytes', from, chunks, at, end };
}
