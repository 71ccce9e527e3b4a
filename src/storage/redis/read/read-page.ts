import { sizeOf } from '../../../core/bytes/size-of';
import type { LogRef, SealOutcome } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import { DamageError, LostTailError } from '../../../core/store/damage';
import type { TimedPage } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import { failureKind, isRedirect } from '../../../redis/failures/failure-kind';
import type { Link } from '../../../redis/link';
import { partitionOf } from '../../../redis/partitions';
import { unexpected } from '../../../redis/resp/reply';
import { Bulk, type Reply } from '../../../redis/resp/reply-reader';
import { parseRangeReply } from '../../../redis/resp/stream-entries';
import { encodeCommand } from '../../../redis/resp/wire-command';
import {
  decodeEntry,
  ENTRY_BYTES_MAX,
  type Entry,
  endOf,
  LAST_SEQUENCE,
  sliceOf,
  stampOf,
} from '../schema/entries';
import { bytesKey } from '../schema/keys';
import type { Locator } from './locator';
import type { LogPosition } from './log-position';

/** The largest page, whatever is requested: Redis holds the whole reply in memory until it is sent. */
const PAGE_BYTES_MAX = 4 * 1024 * 1024;

/** The most entries of a page. Each costs this process 2 µs and Redis 0.4: half a megabyte of single bytes would be a second. */
const PAGE_ENTRIES_MAX = 2_048;

/** Reads a page: one range of ids. @throws LogError `LOG_GONE`, `STORE_DAMAGED`; RangeError beyond the tail; what the client throws */
export async function readEntries(
  connections: Connections,
  locator: Locator,
  log: LogRef,
  from: Offset,
  bytesMax: number,
): Promise<TimedPage> {
  const size = Math.min(bytesMax, PAGE_BYTES_MAX);
  const start = `(${from}-${LAST_SEQUENCE}`;
  // Never less than an entry: an entry that ends beyond the page would not be in the range, and the reader would make no progress.
  const stop = `${from + Math.max(size, ENTRY_BYTES_MAX)}-${LAST_SEQUENCE}`;
  // Before `cachedEpoch`: over a new link the log has to be located first.
  const link = await connections.pageLink(partitionOf(log.id));
  const entriesOf = async (...range: readonly string[]): Promise<readonly Entry[]> => {
    const entries = await rangeOf(connections, link, ...range);
    const last = entries.findLast(({ kind }) => kind === 'bytes');
    if (last !== undefined) locator.advance(log, endOf(last.id), stampOf(last.id));
    return entries;
  };
  for (let epoch = locator.cachedEpoch(log); ; ) {
    if (epoch !== undefined) {
      const key = bytesKey(log.id, log.generation, epoch);
      const entries = await entriesOf(key, start, stop, 'COUNT', `${PAGE_ENTRIES_MAX}`);
      if (entries.length > 0) return toPage(log, entries, from, size);
    }
    const position = await locator.locate(log);
    requireNoLoss(log, position, from);
    const { tail, outcome } = position;
    if (tail === from) return { chunks: [], times: [], next: from, ...(outcome && { end: outcome }) };
    if (position.epoch === epoch) {
      // The log has bytes after `from`. If the next entry begins beyond the range, `toPage` throws.
      const key = bytesKey(log.id, log.generation, epoch);
      const entries = await entriesOf(key, start, '+', 'COUNT', '1');
      if (entries.length > 0) return toPage(log, entries, from, size);
    }
    epoch = position.epoch;
  }
}

/** @throws DamageError, LostTailError if bytes are lost that the reader has or wants; RangeError beyond the tail */
function requireNoLoss(log: LogRef, position: LogPosition, from: Offset): void {
  const { tail, losses, foundLoss, endsAt } = position;
  if (endsAt !== undefined && endsAt > tail && from >= tail && from <= endsAt) {
    throw new DamageError(log, { from: tail, to: endsAt });
  }
  if (foundLoss && from > foundLoss.from) throw new LostTailError(log, foundLoss);
  if (from <= tail) return;
  const loss = losses.findLast(({ to }) => to >= from);
  if (loss) throw new LostTailError(log, loss);
  throw new RangeError(`offset ${from} is beyond the tail ${tail}`);
}

/** The bytes of the entries from `from` on, at most `bytesMax` of them. */
function toPage(log: LogRef, entries: readonly Entry[], from: Offset, bytesMax: number): TimedPage {
  const chunks: Buffer[] = [];
  const times: TimeMark[] = [];
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
    // Older versions stored stamps that go back if the clock did.
    times.push({ end: next, at: Math.max(stampOf(entry.id), times.at(-1)?.at ?? 0) });
  }
  return { chunks, times, next, ...(end && { end }) };
}

async function rangeOf(
  connections: Connections,
  link: Link,
  ...args: readonly string[]
): Promise<readonly Entry[]> {
  const reply = await link.send(encodeCommand('XRANGE', ...args)).catch(async (error: unknown) => {
    // A key of another type has none of the log's entries. `locate` then finds the loss.
    if (failureKind(error) === 'damaged') return [];
    if (!isRedirect(error)) throw error;
    // While a Cluster is resharded, a key may be on either node: ioredis follows the redirections.
    connections.refreshTopology(error);
    return toReply(await connections.commands.callBuffer('XRANGE', ...args));
  });
  return parseRangeReply(reply).map(({ id, field, value }) => decodeEntry(id, field, value));
}

/** A reply of ioredis as a `Link` would return it. */
function toReply(reply: unknown): Reply {
  if (Array.isArray(reply)) return reply.map(toReply);
  return Buffer.isBuffer(reply) ? new Bulk([reply]) : unexpected(reply);
}
