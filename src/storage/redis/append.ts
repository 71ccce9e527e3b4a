import type { Redis } from 'ioredis';
import { LogError } from '../../core/errors';
import type { Writer } from '../../core/log';
import { advance, type Offset, START } from '../../core/offset';
import { sizeOf } from '../../core/size-of';
import type { Tails } from '../../core/tails';
import { addEntries, addEntriesAfter } from './add-entries';
import type { Connections } from './connect';
import { cutEntries, ENTRY_BYTES_MAX, entriesAfter, type NewEntry } from './entries';
import { bytesKey, partitionOf } from './keys';
import { damaged, type Locator } from './locate';
import { type Patience, persist } from './persist';
import type { Held, Sent, Writers } from './writers';

/** Sixteen entries: with eight an append is a tenth slower, and 32 gain little for twice the memory. */
export const APPEND_BYTES_MAX = 16 * ENTRY_BYTES_MAX;

/** While Redis stores one append, the next is on its way. A third gains nothing measurable. */
export const APPENDS_IN_FLIGHT = 2;

/** One append from its first try to its last. The cut and the time stay, so that a repeated entry has the very same id. */
interface Batch {
  readonly writer: Writer;
  readonly at: Offset;
  readonly end: Offset;
  readonly entries: readonly NewEntry[];
  readonly stamp: number;
  readonly onSent: () => void;
}

interface Confirmed {
  readonly tail: Offset;
  /** Of the connection on which Redis said so. */
  readonly socket: object;
}

interface UnderWay {
  readonly confirmed: Promise<Confirmed>;
  /** Resolves when it has gone out for the first time, or is over. */
  readonly sent: Promise<void>;
}

/**
 * Appends without a script, which would copy the bytes three times. What a script would check is in the names and ids instead: the
 * stream's name holds the epoch, so a writer that was replaced finds no stream; an id is an offset, and Redis refuses one that is
 * not larger than the last.
 */
export class Appender {
  /** Of each writer, by the name of its stream, the append that began last, while it is under way. */
  readonly #last = new Map<string, UnderWay>();

  constructor(
    private readonly connections: Connections,
    private readonly locator: Locator,
    private readonly writers: Writers,
    private readonly tails: Tails,
  ) {}

  /** @throws LogError as `LogStore.append` */
  async append(writer: Writer, at: Offset, chunks: readonly Buffer[], patience: Patience): Promise<Offset> {
    let onSent = (): void => {};
    const sent = new Promise<void>((resolve) => {
      onSent = resolve;
    });
    const end = advance(at, sizeOf(chunks));
    const batch = { writer, at, end, entries: cutEntries(at, chunks), stamp: Date.now(), onSent };
    const key = keyOf(batch);
    const before = this.#last.get(key);
    const confirmed = before ? this.#next(before, batch, patience) : this.#persist(batch, patience);
    const own = { confirmed, sent };
    this.#last.set(key, own);
    try {
      return (await confirmed).tail;
    } finally {
      onSent();
      if (this.#last.get(key) === own) this.#last.delete(key);
    }
  }

  /** An append that begins while the one before it is under way. */
  async #next(before: UnderWay, batch: Batch, patience: Patience): Promise<Confirmed> {
    await before.sent;
    const storedEarly = this.#storeEarly(batch);
    const { socket } = await before.confirmed;
    // Where the one before had to be sent once more, to another master perhaps, what the first one said of this one means nothing.
    const isStored = (await storedEarly) === socket;
    return isStored ? this.#reached(batch, batch.end, socket) : this.#persist(batch, patience);
  }

  #persist(batch: Batch, patience: Patience): Promise<Confirmed> {
    return persist(patience, () => this.#attempt(batch));
  }

  async #attempt(batch: Batch): Promise<Confirmed> {
    const { writer, at, end } = batch;
    const connection = await this.connections.master(partitionOf(writer.log.id));
    if (connection.status !== 'ready') throw new Error('the connection to Redis is lost');
    const held = this.writers.of(writer);
    const isConfirmed = held?.confirmedOn === connection.stream && held.tail === at && end > at;
    const tail = isConfirmed ? at : await this.#settle(batch);
    if (tail < end) await this.#store(connection, held, batch, tail);
    return this.#reached(batch, advance(START, Math.max(tail, end)), connection.stream);
  }

  #reached({ writer, at, entries }: Batch, tail: Offset, socket: object): Confirmed {
    const held = this.writers.of(writer);
    if (held && tail >= held.tail) {
      held.tail = tail;
      held.confirmedOn = socket;
    }
    this.locator.reached(writer.log, tail);
    const chunks = entries.flatMap((entry) => entry.parts);
    this.tails.advanced(writer.log, at, chunks);
    return { tail, socket };
  }

  /** How far the log has come, asked because it is not known for certain: what was sent before may have arrived or not. */
  async #settle({ writer, at, end }: Batch): Promise<Offset> {
    const place = await this.locator.locate(writer.log);
    if (place.epoch !== writer.epoch) throw new LogError('LOG_FENCED');
    const { loss } = place;
    if (loss && (loss.isNews || (at > place.tail && at <= loss.to))) throw damaged(place.tail, loss);
    if (at > place.tail) throw new LogError('LOG_GAP');
    if (end > place.tail && place.state === 'closed') throw new LogError('LOG_SEALED');
    return place.tail;
  }

  async #store(connection: Redis, held: Held | undefined, batch: Batch, tail: Offset): Promise<void> {
    const missing = entriesAfter(batch.entries, tail);
    const sent = this.#noteSending(connection, held, batch, missing.length);
    try {
      const length = await addEntries(connection, keyOf(batch), missing, batch.stamp);
      sent.length ??= length;
    } catch (error) {
      if (held) held.sent = undefined;
      this.connections.refresh();
      throw error;
    }
  }

  /**
   * Sends an append while the one before it is still on its way, on the same connection. Redis stores it only where the stream has
   * become as long as the one before makes it, so that no failure of that one can leave a hole.
   * @returns the socket on which it was confirmed, or `undefined` when it is not known to be stored; never rejects
   */
  async #storeEarly(batch: Batch): Promise<object | undefined> {
    const held = this.writers.of(batch.writer);
    const sent = held?.sent;
    if (held === undefined || sent?.end !== batch.at || sent.length === undefined) return undefined;
    const { connection, socket, length } = sent;
    if (connection.stream !== socket || connection.status !== 'ready') return undefined;
    this.#noteSending(connection, held, batch, batch.entries.length);
    try {
      await addEntriesAfter(length, connection, keyOf(batch), batch.entries, batch.stamp);
      return socket;
    } catch {
      // What was wrong shows when it is sent once more, in its turn.
      held.sent = undefined;
      return undefined;
    }
  }

  #noteSending(connection: Redis, held: Held | undefined, { end, onSent }: Batch, entries: number): Sent {
    onSent();
    const before = held?.sent?.length;
    const length = before === undefined ? undefined : before + entries;
    const sent = { connection, socket: connection.stream, end, length };
    if (held) {
      held.sent = sent;
      held.confirmedOn = undefined;
    }
    return sent;
  }
}

function keyOf({ writer: { log, epoch } }: Batch): string {
  return bytesKey(log.id, log.generation, epoch);
}
