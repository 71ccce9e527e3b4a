import { Command, type Redis } from 'ioredis';
import { LogError } from '../../core/errors';
import type { Writer } from '../../core/log';
import { advance, type Offset, START } from '../../core/offset';
import type { Tails } from '../../core/tails';
import { AppendCommand } from './append-command';
import type { Connections } from './connect';
import { cutEntries, ENTRY_BYTES_MAX, entriesAfter, lengthOf, type NewEntry } from './entries';
import { bytesKey, partitionOf } from './keys';
import { damaged, type Locator } from './locate';
import { type Patience, persist } from './persist';
import type { Writers } from './writers';

/** Sixteen entries. With one append in flight Redis is idle between two: eight are a tenth slower, and 32 gain a tenth for twice the memory. */
export const APPEND_BYTES_MAX = 16 * ENTRY_BYTES_MAX;

const UTF8 = { replyEncoding: 'utf8' } as const;

/** One append from its first try to its last. The cut and the time stay, so that a repeated entry has the very same id. */
interface Batch {
  readonly writer: Writer;
  readonly at: Offset;
  readonly end: Offset;
  readonly entries: readonly NewEntry[];
  readonly stamp: number;
}

/**
 * Appends without a script, which would copy the bytes three times. What a script would check is in the names and ids instead: the
 * stream's name holds the epoch, so a writer that was replaced finds no stream; an id is an offset, and Redis refuses one that is
 * not larger than the last.
 */
export class Appender {
  constructor(
    private readonly connections: Connections,
    private readonly locator: Locator,
    private readonly writers: Writers,
    private readonly tails: Tails,
  ) {}

  /** @throws LogError as `LogStore.append` */
  async append(writer: Writer, at: Offset, chunks: readonly Buffer[], patience: Patience): Promise<Offset> {
    const end = advance(at, lengthOf(chunks));
    const batch = { writer, at, end, entries: cutEntries(at, chunks), stamp: Date.now() };
    return persist(patience, () => this.#attempt(batch));
  }

  async #attempt(batch: Batch): Promise<Offset> {
    const { writer, at, end } = batch;
    const connection = await this.connections.master(partitionOf(writer.log.id));
    if (connection.status !== 'ready') throw new Error('the connection to Redis is lost');
    const held = this.writers.of(writer);
    const isConfirmed = held?.confirmedOn === connection.stream && held.tail === at && end > at;
    const tail = isConfirmed ? at : await this.#settle(batch);
    if (tail < end) {
      if (held) held.confirmedOn = undefined;
      await this.#store(connection, batch, tail);
    }
    const reached = advance(START, Math.max(tail, end));
    if (held && reached >= held.tail) {
      held.tail = reached;
      held.confirmedOn = connection.stream;
    }
    this.locator.reached(writer.log, reached);
    const bytes = batch.entries.map((entry) => entry.bytes);
    this.tails.advanced(writer.log, at, bytes);
    return reached;
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

  async #store(connection: Redis, { writer, entries, stamp }: Batch, tail: Offset): Promise<void> {
    const key = bytesKey(writer.log.id, writer.log.generation, writer.epoch);
    const missing = entriesAfter(entries, tail);
    try {
      const ids = await addEntries(connection, key, missing, stamp);
      if (!ids.includes(null)) return;
    } catch (error) {
      this.connections.refresh();
      // "equal or smaller": the entry is there already. "exhausted": the log is sealed. Asking for the tail tells which.
      if (!(error instanceof Error && /equal or smaller|exhausted/.test(error.message))) throw error;
    }
    throw new Error('the log is not as it was');
  }
}

/** @returns the ids of the entries; `null` where the stream was not there. Either all entries are stored, or none is. */
async function addEntries(
  connection: Redis,
  key: string,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<readonly (string | null)[]> {
  const send = (command: Command): Promise<unknown> => Promise.resolve(connection.sendCommand(command));
  const add = (entry: NewEntry): Promise<unknown> => send(new AppendCommand(key, entry, stamp));
  const [only, ...others] = entries;
  if (only !== undefined && others.length === 0) {
    return [idOf(await inOneWrite(connection, () => add(only)))];
  }

  // In a transaction a Redis that runs full between two entries stores neither: there would be a hole otherwise. These are plain
  // commands sent in one write; ioredis's own pipeline would copy the bytes once more, and its own `exec` goes out by itself.
  const refusals: unknown[] = [];
  const note = (error: unknown): unknown => refusals.push(error);
  const results = await inOneWrite(connection, () => {
    send(new Command('multi', [], UTF8)).catch(note);
    for (const entry of entries) add(entry).catch(note);
    return send(new Command('exec', [], UTF8)).catch((error: unknown) =>
      Promise.reject(refusals[0] ?? error),
    );
  });
  if (!Array.isArray(results)) return [null];
  return results.map((result: unknown) => {
    if (result instanceof Error) throw result;
    return idOf(result);
  });
}

/** Commands that are sent while the socket is corked leave together, and their bytes are not copied. */
function inOneWrite<T>({ stream }: Redis, send: () => T): T {
  stream.cork();
  try {
    return send();
  } finally {
    stream.uncork();
  }
}

function idOf(reply: unknown): string | null {
  return typeof reply === 'string' ? reply : null;
}
