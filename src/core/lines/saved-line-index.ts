import { crc32 } from 'node:zlib';
import type { LogInfo } from '../log/log';
import { advance, START } from '../log/offset';
import { TimeSlices } from '../scheduling/time-slices';
import { Checkpoints } from './checkpoints';
import { LineIndex } from './line-index';

/** Another one for each change of the format. */
const VERSION = 1;

/** The version, a checksum of all that follows it, three numbers, and whether a line begins at the end. */
const [CRC_AT, END_AT, NEWLINES_AT, LOSS_AT, IS_LINE_START_AT, HEAD_BYTES] = [4, 8, 16, 24, 32, 33];

/** The line index of a closed log, as a store keeps it. */
export function saveLineIndex(info: LogInfo, index: LineIndex): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt32LE(VERSION);
  head.writeDoubleLE(index.end, END_AT);
  head.writeDoubleLE(index.newlines, NEWLINES_AT);
  head.writeDoubleLE(lastLoss(info), LOSS_AT);
  head.writeUInt8(Number(index.isLineStart), IS_LINE_START_AT);
  const saved = Buffer.concat([head, index.bytes]);
  saved.writeUInt32LE(crc32(saved.subarray(END_AT)), CRC_AT);
  return saved;
}

/** @returns `undefined` if it is of another version, damaged, or not of the bytes that the log has now */
export async function restoreLineIndex(
  info: LogInfo,
  saved: Buffer,
  signal: AbortSignal,
): Promise<LineIndex | undefined> {
  if (saved.length < HEAD_BYTES || saved.readUInt32LE() !== VERSION) return undefined;
  if (saved.readUInt32LE(CRC_AT) !== crc32(saved.subarray(END_AT))) return undefined;
  const end = advance(START, saved.readDoubleLE(END_AT));
  if (end !== info.tail || saved.readDoubleLE(LOSS_AT) !== lastLoss(info)) return undefined;
  const newlines = saved.readDoubleLE(NEWLINES_AT);
  const isLineStart = saved.readUInt8(IS_LINE_START_AT) === 1;
  const checkpoints = new Checkpoints(saved.subarray(HEAD_BYTES));
  const slices = new TimeSlices(signal);
  for (const _ of checkpoints.restore()) if (slices.isOver) await slices.next();
  return new LineIndex({ end, newlines, isLineStart }, checkpoints);
}

/** After a loss other bytes may have taken the offsets of those that were counted. */
function lastLoss({ losses }: LogInfo): number {
  return losses?.at(-1)?.number ?? 0;
}
