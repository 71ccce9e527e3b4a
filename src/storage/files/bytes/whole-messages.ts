import { open } from 'node:fs/promises';
import type { LogInfo } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';

const LINE_FEED = 0x0a;
const SEARCH_BYTES = 64 << 10;

/** Where the last whole message ends in the first `size` bytes, of a JSON log: half a message is of no use to its readers. */
export async function endOfWholeMessages(
  { framing }: Pick<LogInfo, 'framing'>,
  path: string,
  size: number,
): Promise<Offset> {
  return framing === 'json' ? endOfLines(path, size) : advance(START, size);
}

/** The position of the last line feed, in what may be a large file. */
async function endOfLines(path: string, size: number): Promise<Offset> {
  if (size === 0) return START;
  const file = await open(path, 'r');
  try {
    for (let end = size; end > 0; end -= SEARCH_BYTES) {
      const from = Math.max(0, end - SEARCH_BYTES);
      const buffer = Buffer.alloc(end - from);
      const { bytesRead } = await file.read(buffer, 0, buffer.length, from);
      const at = buffer.subarray(0, bytesRead).lastIndexOf(LINE_FEED);
      if (at >= 0) return advance(START, from + at + 1);
    }
    return START;
  } finally {
    await file.close();
  }
}
