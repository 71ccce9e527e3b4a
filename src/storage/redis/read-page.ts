import { LogError } from '../../core/errors';
import type { LogRef, SealOutcome } from '../../core/log';
import { advance, type Offset } from '../../core/offset';
import type { Page } from '../../core/store';
import type { Connections } from './connect';
import { decodeEntry, ENTRY_BYTES_MAX, LAST_SEQUENCE } from './entries';
import { bytesKey } from './keys';
import { damaged, type Locator, type Place } from './locate';

/** The largest page, whatever is asked for: Redis holds the whole reply in memory until it is sent. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

type RawEntry = readonly [id: Buffer, fields: readonly Buffer[]];

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
  for (let epoch = locator.remembered(log); ; ) {
    if (epoch !== undefined) {
      const key = bytesKey(log.id, log.generation, epoch);
      const entries = await connections.commands.xrangeBuffer(key, start, stop);
      if (entries.length > 0) return toPage(entries, from, size);
    }
    const place = await locator.locate(log);
    if (place.tail <= from) requireNoLoss(place, from);
    if (place.tail === from) return { chunks: [], next: from, ...(place.outcome && { end: place.outcome }) };
    if (place.epoch === epoch) {
      // There are bytes by now; where the next entry is beyond the range, `toPage` finds that out.
      const key = bytesKey(log.id, log.generation, epoch);
      const entries = await connections.commands.xrangeBuffer(key, start, '+', 'COUNT', 1);
      if (entries.length > 0) return toPage(entries, from, size);
    }
    epoch = place.epoch;
  }
}

/** A reader at the tail is told once, and may wait then for what a new writer appends; beyond the tail there is nothing to wait for. */
function requireNoLoss({ tail, loss }: Place, from: Offset): void {
  if (loss && (from > tail ? from <= loss.to : loss.isNews)) throw damaged(tail, loss);
  if (from > tail) throw new RangeError(`offset ${from} is beyond the tail ${tail}`);
}

/** What of the entries is from `from` on, `bytesMax` bytes of it at the most. */
function toPage(entries: readonly RawEntry[], from: Offset, bytesMax: number): Page {
  const chunks: Buffer[] = [];
  let next = from;
  let end: SealOutcome | undefined;
  for (const raw of entries) {
    const entry = decodeEntry(raw);
    if (entry.kind === 'creation') continue;
    const begin = entry.kind === 'seal' ? entry.at : entry.from;
    const room = bytesMax - (next - from);
    if (entry.kind === 'bytes' && room <= 0) break;
    if (begin > next && room > 0)
      throw new LogError('STORE_DAMAGED', `bytes ${next} to ${begin} are missing`);
    if (entry.kind === 'seal') {
      if (entry.at === next) end = entry.outcome;
      continue;
    }
    const chunk = entry.bytes.subarray(next - begin, next - begin + room);
    if (chunk.length > 0) chunks.push(chunk);
    next = advance(next, chunk.length);
  }
  return { chunks, next, ...(end && { end }) };
}
