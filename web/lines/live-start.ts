import type { Checkpoints } from './checkpoints';
import type { LiveStart } from './live-lines';
import type { IndexedStream } from './load-index';
import { MAX_SEGMENT_BYTES } from './read-segment';

/** So many lines of what is there come with what arrives: what one sees first of a log that is followed. */
const LINES_BEFORE = 200;

/** The line from which on a log is followed: some before its end, if they are not too long. */
export function followedFrom({ lines, bytes }: IndexedStream, checkpoints: Checkpoints): number {
  const first = Math.max(1, lines - LINES_BEFORE + 1);
  return bytes - checkpoints.offsetOf(first) <= MAX_SEGMENT_BYTES ? first : Math.max(1, lines);
}

/**
 * Where an answer begins that was asked for from a line on.
 * @returns undefined if that line alone is so long that what is there of it is better left to a range: begin at `bytes` then
 */
export function startOf(response: Response, line: number, { bytes }: IndexedStream): LiveStart | undefined {
  const header = response.headers.get('X-Stream-Offset');
  const offset = header === null ? bytes : Number(header);
  return bytes - offset > 2 * MAX_SEGMENT_BYTES ? undefined : { line, offset, isMidLine: false };
}

/** Follows from the end on. */
export function startAtEnd({ lines, bytes, endsInNewline }: IndexedStream): LiveStart {
  const isMidLine = lines > 0 && !endsInNewline;
  return { line: isMidLine ? lines : lines + 1, offset: bytes, isMidLine };
}
