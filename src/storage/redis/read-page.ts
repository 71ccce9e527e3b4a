import { DamageError } from '../../core/damage';
import type { LogRef, SealOutcome } from '../../core/log';
import { advance, type Offset } from '../../core/offset';
import { sizeOf } from '../../core/size-of';
import type { Page } from '../../core/store';
import type { Connections } from './connect';
import { decodeEntry, ENTRY_BYTES_MAX, type Entry, LAST_SEQUENCE, sliceOf } from './entries';
import { isElsewhere } from './failure';
import { bytesKey, type Partition, partitionOf } from './keys';
import { damaged, type Locator, type Place } from './locate';
import { entriesIn } from './range-reply';
import { unexpected } from './reply';
import { Bulk, type Reply } from './reply-reader';
import { encode } from './wire-command';

/** The largest page, whatever is asked for: Redis holds the whole reply in memory until it is sent. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Because ids are offsets, a page is a range of ids: it takes one command, and its size is bounded without a COUNT.
 * @throws LogError `LOG_GONE`, `STORE_DAMAGED`; RangeError beyond the tail; whatever the client throws
 */
export async function readPage(
  connections: Connections,
  locator: Locator,
  log: LogRef,
  from: Offset,
  bytesMax: number,
): Promise<Page> {
  const page = await readRange(connections, locator, log, from, bytesMax);
  locator.reached(log, page.next);
  return page;
}

async function readRange(
  connections: Connections,
  locator: Locator,
  log: LogRef,
  from: Offset,
  bytesMax: number,
): Promise<Page> {
  const size = Math.min(bytesMax, PAGE_BYTES_MAX);
  const start = `(${from}-${LAST_SEQUENCE}`;
  // Never less than an entry: one that ends beyond the page would not be in the range, and the reader would not get on.
  const stop = `${from + Math.max(size, ENTRY_BYTES_MAX)}-${LAST_SEQUENCE}`;
  const entriesOf = (key: string, ...range: readonly string[]): Promise<readonly Entry[]> =>
    rangeOf(connections, partitionOf(log.id), key, ...range);
  for (let epoch = locator.remembered(log); ; ) {
    if (epoch !== undefined) {
      const key = bytesKey(log.id, log.generation, epoch);
      const entries = await entriesOf(key, start, stop);
      if (entries.length > 0) return toPage(log, entries, from, size);
    }
    const place = await locator.locate(log);
    if (place.tail <= from) requireNoLoss(log, place, from);
    if (place.tail === from) return { chunks: [], next: from, ...(place.outcome && { end: place.outcome }) };
    if (place.epoch === epoch) {
      // There are bytes by now; where the next entry is beyond the range, `toPage` finds that out.
      const key = bytesKey(log.id, log.generation, epoch);
      const entries = await entriesOf(key, start, '+', 'COUNT', '1');
      if (entries.length > 0) return toPage(log, entries, from, size);
    }
    epoch = place.epoch;
  }
}

/** A reader at the tail is told once, and may wait then for what a new writer appends; beyond the tail there is nothing to wait for. */
function requireNoLoss(log: LogRef, { tail, loss }: Place, from: Offset): void {
  if (loss && (from > tail ? from <= loss.to : loss.isNews)) throw damaged(log, tail, loss);
  if (from > tail) throw new RangeError(`offset ${from} is beyond the tail ${tail}`);
}

/** What of the entries is from `from` on, `bytesMax` bytes of it at the most. */
function toPage(log: LogRef, entries: readonly Entry[], from: Offset, bytesMax: number): Page {
  const chunks: Buffer[] = [];
  let next = from;
  let end: SealOutcome | undefined;
  for (const entry of entries) {
    if (entry.kind === 'creation') continue;
    const begin = entry.kind === 'seal' ? entry.at : entry.from;
    const room = bytesMax - (next - from);
    if (entry.kind === 'bytes' && room <= 0) break;
    if (begin > next && room > 0) throw new DamageError(log, { from: next, to: begin });
    if (entry.kind === 'seal') {
      if (entry.at === next) end = entry.outcome;
      continue;
    }
    const slice = sliceOf(entry.parts, next - begin, room);
    chunks.push(...slice);
    next = advance(next, sizeOf(slice));
  }
  return { chunks, next, ...(end && { end }) };
}

async function rangeOf(
  connections: Connections,
  partition: Partition,
  ...args: readonly string[]
): Promise<readonly Entry[]> {
  const link = await connections.pageLink(partition);
  const reply = await link.ask(encode('XRANGE', ...args)).catch(async (error: unknown) => {
    if (!isElsewhere(error)) throw error;
    // While a Cluster is resharded some keys are here and some there: ioredis asks as often as it takes.
    connections.refresh(error);
    return toReply(await connections.commands.callBuffer('XRANGE', ...args));
  });
  return entriesIn(reply).map(({ id, field, value }) => decodeEntry(id, field, value));
}

/** What ioredis has read. */
function toReply(reply: unknown): Reply {
  if (Array.isArray(reply)) return reply.map(toReply);
  return Buffer.isBuffer(reply) ? new Bulk([reply]) : unexpected(reply);
}
