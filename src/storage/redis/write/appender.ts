import { sizeOf } from '../../../core/bytes/size-of';
import type { TailHub } from '../../../core/events/tail-hub';
import { LogError } from '../../../core/log/errors';
import type { Writer } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import { checkAppend } from '../../../core/state/check-append';
import { LostTailError } from '../../../core/store/damage';
import type { Connections } from '../../../redis/connections';
import { type RetryPolicy, withRetries } from '../../../redis/failures/retry';
import type { Link } from '../../../redis/link';
import { partitionOf } from '../../../redis/partitions';
import type { LocalWriter, LocalWriters, SentAppend } from '../nodes/local-writers';
import type { Locator } from '../read/locator';
import type { LogPosition } from '../read/log-position';
import { cutEntries, ENTRY_BYTES_MAX, entriesAfter, type NewEntry, timeOf } from '../schema/entries';
import { type StreamTarget, streamOf } from '../schema/stream-target';
import { addEntries, addEntriesAfter } from './xadd';

/** Sixteen entries: with eight an append is a tenth slower, and 32 gain little for twice the memory. */
export const APPEND_BYTES_MAX = 16 * ENTRY_BYTES_MAX;

/** While Redis stores one append, the next is on its way. A third gains nothing measurable. */
export const APPENDS_IN_FLIGHT = 2;

/** One append from its first try to its last. The cut and the time stay, so that a repeated entry has the very same id. */
interface PendingAppend {
  readonly writer: Writer;
  readonly target: StreamTarget;
  readonly at: Offset;
  readonly end: Offset;
  readonly entries: readonly NewEntry[];
  readonly stamp: number;
  readonly sending: SendState;
}

interface ConfirmedAppend {
  readonly tail: Offset;
  /** Over which Redis said so. */
  readonly link: Link;
}

interface InFlightAppend {
  readonly confirmed: Promise<ConfirmedAppend>;
  readonly sending: SendState;
}

/** Whether an append has gone out for the first time, or is over. */
class SendState {
  #isOver = false;
  #tell = (): void => {};

  get sent(): Promise<void> {
    if (this.#isOver) return Promise.resolve();
    return new Promise((resolve) => {
      this.#tell = resolve;
    });
  }

  markSent(): void {
    this.#isOver = true;
    this.#tell();
  }
}

/**
 * Appends without a script, which would copy the bytes three times. What a script would check is in the names and ids instead: the
 * stream's name holds the epoch, so a writer that was replaced finds no stream; an id is an offset, and Redis refuses one that is
 * not larger than the last.
 */
export class Appender {
  /** Of each writer, by the name of its stream, the append that began last, while it is under way. */
  readonly #last = new Map<string, InFlightAppend>();

  constructor(
    private readonly connections: Connections,
    private readonly locator: Locator,
    private readonly writers: LocalWriters,
    private readonly tails: TailHub,
  ) {}

  /** @throws LogError as `LogStore.append` */
  async append(
    writer: Writer,
    at: Offset,
    chunks: readonly Buffer[],
    patience: RetryPolicy,
  ): Promise<Offset> {
    const sending = new SendState();
    const end = advance(at, sizeOf(chunks));
    const target = this.writers.find(writer)?.stream ?? streamOf(writer);
    const { key } = target;
    const batch = { writer, target, at, end, entries: cutEntries(at, chunks), stamp: Date.now(), sending };
    const own = { confirmed: this.#begin(this.#last.get(key), batch, patience), sending };
    this.#last.set(key, own);
    try {
      return (await own.confirmed).tail;
    } finally {
      sending.markSent();
      if (this.#last.get(key) === own) this.#last.delete(key);
    }
  }

  #begin(
    before: InFlightAppend | undefined,
    batch: PendingAppend,
    patience: RetryPolicy,
  ): Promise<ConfirmedAppend> {
    return before === undefined ? this.#store(batch, patience) : this.#storeBeside(before, batch, patience);
  }

  #store(batch: PendingAppend, patience: RetryPolicy): Promise<ConfirmedAppend> {
    return this.#storeAtOnce(batch, patience) ?? this.#persist(batch, patience);
  }

  /**
   * Sends an append in this very turn, where the link that confirmed the one before is still there, which is to say almost always.
   * Between a line and its followers stands what this takes, and each promise in it counts.
   */
  #storeAtOnce(batch: PendingAppend, patience: RetryPolicy): Promise<ConfirmedAppend> | undefined {
    const held = this.writers.find(batch.writer);
    const link = held?.confirmedOn;
    if (held?.tail !== batch.at || batch.end === batch.at || link?.isOpen !== true) return undefined;
    return this.#send(link, held, batch, batch.entries).then(
      () => this.#reached(batch, batch.end, batch.stamp, link),
      () => this.#persist(batch, patience),
    );
  }

  /** An append that begins while the one before it is under way. */
  async #storeBeside(
    before: InFlightAppend,
    batch: PendingAppend,
    patience: RetryPolicy,
  ): Promise<ConfirmedAppend> {
    await before.sending.sent;
    const storedEarly = this.#storeEarly(batch);
    const { link } = await before.confirmed;
    // Where the one before had to be sent once more, to another master perhaps, what the first one said of this one means nothing.
    const isStored = (await storedEarly) === link;
    return isStored ? this.#reached(batch, batch.end, batch.stamp, link) : this.#store(batch, patience);
  }

  #persist(batch: PendingAppend, patience: RetryPolicy): Promise<ConfirmedAppend> {
    return withRetries(patience, () => this.#attempt(batch));
  }

  async #attempt(batch: PendingAppend): Promise<ConfirmedAppend> {
    const { writer, entries, end } = batch;
    const link = await this.connections.link(partitionOf(writer.log.id));
    const { tail, lastId } = await this.#settle(batch);
    if (tail >= end) return this.#reached(batch, tail, timeOf(lastId), link);
    await this.#send(link, this.writers.find(writer), batch, entriesAfter(entries, tail));
    return this.#reached(batch, end, batch.stamp, link);
  }

  /** @param stamp that of the entry which ends at `tail` */
  #reached({ writer, at, entries }: PendingAppend, tail: Offset, stamp: number, link: Link): ConfirmedAppend {
    const held = this.writers.find(writer);
    if (held && tail >= held.tail) {
      held.tail = tail;
      held.stamp = stamp;
      held.confirmedOn = link;
    }
    this.locator.advance(writer.log, tail, stamp);
    const [first] = entries;
    const chunks = entries.length === 1 && first ? first.parts : entries.flatMap(({ parts }) => parts);
    this.tails.appended(writer.log, at, chunks);
    return { tail, link };
  }

  /** The place of the log, asked because it is not known for certain: what was sent before may have arrived or not. */
  async #settle({ writer, at, end }: PendingAppend): Promise<LogPosition> {
    const claim = this.writers.claimOf(writer);
    const place = await this.locator.locate(writer.log);
    const { tail, found = place.losses.findLast(({ to }) => to >= at) } = place;
    if (found && (place.found || at > tail)) throw new LostTailError(writer.log, found);
    if (place.epoch < writer.epoch)
      throw new LogError('STORE_DAMAGED', 'Redis lost that this producer attached');
    if ((claim ?? place.claim) !== place.claim) throw new LogError('LOG_FENCED');
    checkAppend(place, writer.epoch, at, end - at);
    return place;
  }

  #send(
    link: Link,
    held: LocalWriter | undefined,
    batch: PendingAppend,
    entries: readonly NewEntry[],
  ): Promise<void> {
    const sent = this.#noteSending(link, held, batch, entries.length);
    return addEntries(link, batch.target, entries, batch.stamp).then(
      (length) => {
        sent.length ??= length;
      },
      (error: unknown) => {
        if (held) held.sent = undefined;
        this.connections.refreshTopology(error);
        throw error;
      },
    );
  }

  /**
   * Sends an append while the one before it is still on its way, over the same link. Redis stores it only where the stream has
   * become as long as the one before makes it, so that no failure of that one can leave a hole.
   * @returns the link over which it was confirmed, or `undefined` when it is not known to be stored; never rejects
   */
  async #storeEarly(batch: PendingAppend): Promise<Link | undefined> {
    const held = this.writers.find(batch.writer);
    const sent = held?.sent;
    if (held === undefined || sent?.end !== batch.at || sent.length === undefined) return undefined;
    const { link, length } = sent;
    if (!link.isOpen) return undefined;
    this.#noteSending(link, held, batch, batch.entries.length);
    try {
      await addEntriesAfter(length, link, batch.target, batch.entries, batch.stamp);
      return link;
    } catch {
      // What was wrong shows when it is sent once more, in its turn.
      held.sent = undefined;
      return undefined;
    }
  }

  #noteSending(
    link: Link,
    held: LocalWriter | undefined,
    { end, sending }: PendingAppend,
    entries: number,
  ): SentAppend {
    sending.markSent();
    const before = held?.sent?.length;
    const length = before === undefined ? undefined : before + entries;
    const sent = { link, end, length };
    if (held) {
      held.sent = sent;
      held.confirmedOn = undefined;
    }
    return sent;
  }
}
