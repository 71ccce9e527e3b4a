import { sizeOf } from '../bytes/size-of';
import type { LogInfo } from '../log/log';
import { advance, type Offset, START } from '../log/offset';
import { TimeSlices } from '../scheduling/time-slices';
import type { LogStore } from '../store/store';

const LF = 0x0a;
const FIRST_PAGE_BYTES = 64 * 1024;
const PAGE_BYTES_MAX = 512 * 1024;

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
    const bytes = await readExactly(store, info, from, end);
    // The newline at the tail ends the last line; each other one precedes a line.
    let i = end === info.tail ? bytes.length - 1 : bytes.length;
    for (i = lastNewline(bytes, i); i >= 0; i = lastNewline(bytes, i)) {
      left -= 1;
      if (left === 0) return advance(from, i + 1);
      if (slices.isOver) await slices.next();
    }
    end = from;
    bytesMax = Math.min(2 * bytesMax, PAGE_BYTES_MAX);
  }
  return START;
}

/** The last newline before `end`. */
function lastNewline(bytes: Buffer, end: number): number {
  return end > 0 ? bytes.lastIndexOf(LF, end - 1) : -1;
}

async function readExactly(store: LogStore, info: LogInfo, from: Offset, end: Offset): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for (let at = from; at < end; ) {
    const page = await store.read(info, at, end - at, end);
    chunks.push(...page.chunks);
    at = advance(at, sizeOf(page.chunks));
  }
  return Buffer.concat(chunks).subarray(0, end - from);
}
