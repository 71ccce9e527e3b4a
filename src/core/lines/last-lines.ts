import { sizeOf } from '../bytes/size-of';
import { PAGE_BYTES } from '../follow/page-size';
import { LogError } from '../log/errors';
import type { LogInfo } from '../log/log';
import { advance, type Offset, START } from '../log/offset';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';
import { afterNewlines, countNewlines, endsInNewline } from './newlines';

/** Enough for a few hundred lines of a build. Each page is twice as large as the one before. */
const FIRST_PAGE_BYTES = 64 * 1024;

/**
 * Where the last `lines` lines begin, an unfinished one among them. It reads backwards from the tail, and no more than that takes.
 * @throws as `LogStore.read`; the signal's reason
 */
export async function lastLines(
  store: LogStore,
  info: LogInfo,
  lines: number,
  signal: AbortSignal,
): Promise<Offset> {
  if (lines === 0) return info.tail;
  const slices = new TimeSlices(signal);
  let bytesMax = FIRST_PAGE_BYTES;
  let left = lines;
  for (let end = info.tail; end > START; ) {
    const from = advance(START, Math.max(0, end - bytesMax));
    const bytes = Buffer.concat(await readAll(store, info, from, end)).subarray(0, end - from);
    // The newline at the tail ends the last line; each other one precedes a line.
    if (end === info.tail && endsInNewline(bytes)) left += 1;
    const newlines = countNewlines(bytes);
    if (newlines >= left) return advance(from, afterNewlines(bytes, newlines - left + 1) ?? 0);
    left -= newlines;
    end = from;
    bytesMax = Math.min(2 * bytesMax, PAGE_BYTES);
    if (slices.isOver) await slices.next();
  }
  return START;
}

/** The bytes from `from` to `end`, and perhaps more: a store may return whole chunks. */
async function readAll(store: LogStore, info: LogInfo, from: Offset, end: Offset): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for (let at = from; at < end; ) {
    const page = await store.read(info, at, end - at, end);
    if (page.chunks.length === 0) throw new LogError('BYTES_LOST');
    chunks.push(...page.chunks);
    at = advance(at, sizeOf(page.chunks));
  }
  return chunks;
}
