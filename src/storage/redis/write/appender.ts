import { sizeOf } from '../../../core/bytes/size-of';
import { LogError } from '../../../core/log/errors';
import type { Writer } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { checkAppend } from '../../../core/state/check-append';
import { LostTailError } from '../../../core/store/damage';
import type { Connections } from '../../../redis/connections';
import type { Retry } from '../../../redis/failures/retry';
import type { Link } from '../../../redis/link';
import { partitionOf } from '../../../redis/partitions';
import type { NodeState } from '../follow/node-state';
import type { LocalWriter, SentAppend } from '../nodes/local-writers';
import type { LogPosition } from '../read/log-position';
import { cutEntries, ENTRY_BYTES_MAX, entriesAfter, type NewEntry, stampOf } from '../schema/entries';
import { type StreamTarget, streamOf } from '../schema/stream-target';
import { addEntries, addEntriesAfter } from './xadd';

/** Sixteen entries: with eight an append is a tenth slower, and 32 gain little for twice the memory. */
export const APPEND_BYTES_MAX = 16 * ENTRY_BYTES_MAX;

/**
 * How long an append, which has the time at which its node began it, takes at most while Redis is there: a retry after a lost connection
 * included. The clocks of the nodes may differ by the rest.
 */
export const COMMIT_DELAY_MS = 1_000;

/** While Redis stores one append, the next one is on its way. A third one gains nothing measurable. */
export const APPENDS_IN_FLIGHT = 2;

/** One append from its first try to its last. Entries and stamp stay the same, so that a repeated entry has the same id. */
interface PendingAppend {
  readonly writer: Writer;
  readonly target: StreamTarget;
  readonly at: Offset;
  readonly end: Offset;
  readonly entries: readonly NewEntry[];
  /** Unix milliseconds; at least the stamp of the entry before, as far as this node knows that one. */
  readonly stamp: number;
  readonly sending: SendState;
}

interface ConfirmedAppend {
  readonly tail: Offset;
  /** The link over which Redis confirmed it. */
  readonly link: Link;
}

interface InFlightAppend {
  readonly confirmed: Promise<ConfirmedAppend>;
  readonly stamp: number;
  readonly sending: SendState;
}

/** Whether an append was sent, or has ended before that. */
class SendState {
  #isSent = false;
  #resolve = (): void => {};

  get sent(): Promise<void> {
    if (this.#isSent) return Promise.resolve();
    return new Promise((resolve) => {
      this.#resolve = resolve;
    });
  }

  markSent(): void {
    this.#isSent = true;
    this.#resolve();
  }
}

/**
 * Appends without a script, which would copy the bytes three times. Names and ids do the checks of a script instead: the stream's name
 * holds the epoch, so a writer that was replaced finds no stream; an id is an offset, and Redis refuses an id that is not larger than
 * the last one.
 */
export class Appender {
  /** The newest append of each writer while it is under way, by the name of the writer's stream. */
  readonly #last = new Map<string, InFlightAppend>();

  constructor(
    private readonly connections: Connections,
    private readonly nodeState: Pick<NodeState, 'locator' | 'writers' | 'tails'>,
    private readonly retry: Retry,
  ) {}

  /** @throws LogError as `LogStore.append` */
  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    const sending = new SendState();
    const end = advance(at, sizeOf(chunks));
    const local = this.nodeState.writers.find(writer);
    const target = local?.stream ?? streamOf(writer);
    const { key } = target;
    const before = this.#last.get(key);
    const stamp = Math.max(Date.now(), before?.stamp ?? 0, local?.stamp ?? 0);
    const append = { writer, target, at, end, entries: cutEntries(at, chunks), stamp, sending };
    const own = { confirmed: this.#begin(before, append), stamp, sending };
    this.#last.set(key, own);
    try {
      return (await own.confirmed).tail;
    } finally {
      sending.markSent();
      if (this.#last.get(key) === own) this.#last.delete(key);
    }
  }

  #begin(before: InFlightAppend | undefined, append: PendingAppend): Promise<ConfirmedAppend> {
    return before === undefined ? this.#store(append) : this.#storeBeside(before, append);
  }

  #store(append: PendingAppend): Promise<ConfirmedAppend> {
    return this.#storeAtOnce(append) ?? this.#storeWithRetries(append);
  }

  /** Sends at once if the link that confirmed the last append is open, as nearly always: followers wait, and each promise counts. */
  #storeAtOnce(append: PendingAppend): Promise<ConfirmedAppend> | undefined {
    const local = this.nodeState.writers.find(append.writer);
    const link = local?.confirmedOn;
    if (local?.tail !== append.at || append.end === append.at || link?.isOpen !== true) return undefined;
    return this.#send(link, local, append, append.entries).then(
      () => this.#confirmed(append, append.end, append.stamp, link),
      () => this.#storeWithRetries(append),
    );
  }

  /** An append that begins while the one before it is under way. */
  async #storeBeside(before: InFlightAppend, append: PendingAppend): Promise<ConfirmedAppend> {
    await before.sending.sent;
    const storedEarly = this.#storeEarly(append);
    const { link } = await before.confirmed;
    // If the append before was sent again, perhaps to another master, the first master's confirmation of this one means nothing.
    const isStored = (await storedEarly) === link;
    return isStored ? this.#confirmed(append, append.end, append.stamp, link) : this.#store(append);
  }

  #storeWithRetries(append: PendingAppend): Promise<ConfirmedAppend> {
    return this.retry(() => this.#attempt(append));
  }

  async #attempt(append: PendingAppend): Promise<ConfirmedAppend> {
    const { writer, entries, end } = append;
    const link = await this.connections.link(partitionOf(writer.log.id));
    const { tail, lastId } = await this.#locate(append);
    if (tail >= end) return this.#confirmed(append, tail, stampOf(lastId), link);
    // A node that does not know the writer any more does not know the last stamp. Later tries find the same one: only this writer appends.
    const stamped = { ...append, stamp: Math.max(append.stamp, stampOf(lastId)) };
    await this.#send(link, this.nodeState.writers.find(writer), stamped, entriesAfter(entries, tail));
    return this.#confirmed(stamped, end, stamped.stamp, link);
  }

  /** @param stamp of the entry that ends at `tail` */
  #confirmed(append: PendingAppend, tail: Offset, stamp: number, link: Link): ConfirmedAppend {
    const { writer, at, entries } = append;
    const local = this.nodeState.writers.find(writer);
    if (local && tail >= local.tail) {
      local.tail = tail;
      local.stamp = stamp;
      local.confirmedOn = link;
    }
    this.nodeState.locator.advance(writer.log, tail, stamp);
    const [first] = entries;
    const chunks = entries.length === 1 && first ? first.parts : entries.flatMap(({ parts }) => parts);
    this.nodeState.tails.appended(writer.log, at, chunks, stamp);
    return { tail, link };
  }

  /** Locates the log, as an earlier try may have stored the append or not. @throws LogError if the append is not allowed any more */
  async #locate({ writer, at, end }: PendingAppend): Promise<LogPosition> {
    const claim = this.nodeState.writers.claimOf(writer);
    const position = await this.nodeState.locator.locate(writer.log);
    const { tail, foundLoss, losses } = position;
    const loss = foundLoss ?? losses.findLast(({ to }) => to >= at);
    if (loss && (foundLoss || at > tail)) throw new LostTailError(writer.log, loss);
    if (position.epoch < writer.epoch)
      throw new LogError('STORE_DAMAGED', 'Redis lost the attach of this producer');
    if ((claim ?? position.claim) !== position.claim) throw new LogError('LOG_FENCED');
    checkAppend(position, writer.epoch, at, end - at);
    return position;
  }

  #send(
    link: Link,
    local: LocalWriter | undefined,
    append: PendingAppend,
    entries: readonly NewEntry[],
  ): Promise<void> {
    const sent = this.#markSent(link, local, append, entries.length);
    return addEntries(link, append.target, entries, append.stamp).then(
      (length) => {
        sent.length ??= length;
      },
      (error: unknown) => {
        if (local) local.sent = undefined;
        this.connections.refreshTopology(error);
        throw error;
      },
    );
  }

  /**
   * Sends an append while the one before it is still on its way, over the same link. Redis stores it only if the stream has become as
   * long as the append before makes it, so that a failure of that one leaves no hole.
   * @returns the link over which it was confirmed, or `undefined` if it may not be stored; never rejects
   */
  async #storeEarly(append: PendingAppend): Promise<Link | undefined> {
    const local = this.nodeState.writers.find(append.writer);
    const sent = local?.sent;
    if (local === undefined || sent?.end !== append.at || sent.length === undefined) return undefined;
    const { link, length } = sent;
    if (!link.isOpen) return undefined;
    this.#markSent(link, local, append, append.entries.length);
    try {
      await addEntriesAfter(length, link, append.target, append.entries, append.stamp);
      return link;
    } catch {
      // It is sent again after the append before it, and throws then.
      local.sent = undefined;
      return undefined;
    }
  }

  #markSent(
    link: Link,
    local: LocalWriter | undefined,
    { end, sending }: PendingAppend,
    entries: number,
  ): SentAppend {
    sending.markSent();
    const before = local?.sent?.length;
    const length = before === undefined ? undefined : before + entries;
    const sent = { link, end, length };
    if (local) {
      local.sent = sent;
      local.confirmedOn = undefined;
    }
    return sent;
  }
}
