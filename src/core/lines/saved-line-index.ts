import { crc32 } from 'node:zlib';
import { sizeOf } from '../bytes/size-of';
import type { LogInfo } from '../log/log';
import { TimeSlices } from '../scheduling/time-slices';
import { Checkpoints } from './checkpoints';
import { LineIndex } from './line-index';

/** Another one for each change of the format. */
const VERSION = 3;

/** The version, a checksum of the generation and of all that follows it, three numbers, whether a line begins at the end, and the level of coarseness. */
const [CRC_AT, END_AT, NEWLINES_AT, LOSS_AT, IS_LINE_START_AT, LEVEL_AT, HEAD_BYTES] = [
  4, 8, 16, 24, 32, 33, 34,
];

/** One that was halved more often would have no checkpoint. */
const LEVEL_MAX = 40;

/** How many bytes are checked or copied in one step. */
const STEP_BYTES = 256 * 1024;

/** The line index of a closed log, as a store keeps it. Made in slices. */
export async function encodeLineIndex(info: LogInfo, index: LineIndex): Promise<Buffer> {
  const { chunks } = index;
  const saved = Buffer.allocUnsafeSlow(HEAD_BYTES + sizeOf(chunks));
  saved.writeUInt32LE(VERSION);
  saved.writeDoubleLE(index.end, END_AT);
  saved.writeDoubleLE(index.newlines, NEWLINES_AT);
  saved.writeDoubleLE(lastLoss(info), LOSS_AT);
  saved.writeUInt8(Number(index.isLineStart), IS_LINE_START_AT);
  saved.writeUInt8(index.level, LEVEL_AT);
  const slices = new TimeSlices();
  let to = HEAD_BYTES;
  for (const chunk of chunks) {
    to += chunk.copy(saved, to);
    if (slices.isOver) await slices.next();
  }
  saved.writeUInt32LE(await checksumOf(info, saved, slices), CRC_AT);
  return saved;
}

/** @returns `undefined` if it is of another version, damaged, or not of the bytes that the log has now */
export async function restoreLineIndex(
  info: LogInfo,
  saved: Buffer,
  signal: AbortSignal,
): Promise<LineIndex | undefined> {
  if (saved.length < HEAD_BYTES || saved.readUInt32LE() !== VERSION) return undefined;
  const slices = new TimeSlices(signal);
  if (saved.readUInt32LE(CRC_AT) !== (await checksumOf(info, saved, slices))) return undefined;
  const end = info.tail;
  if (saved.readDoubleLE(END_AT) !== end || saved.readDoubleLE(LOSS_AT) !== lastLoss(info)) return undefined;
  const newlines = saved.readDoubleLE(NEWLINES_AT);
  const level = saved.readUInt8(LEVEL_AT);
  const checkpoints = new Checkpoints(saved.subarray(HEAD_BYTES));
  for (const _ of checkpoints.restore()) if (slices.isOver) await slices.next();
  if (level > LEVEL_MAX || !checkpoints.fitIn({ offset: end, newlines })) return undefined;
  const isLineStart = saved.readUInt8(IS_LINE_START_AT) === 1;
  return new LineIndex({ end, newlines, isLineStart }, { level, checkpoints });
}

/** Of the generation as well: the index of another log may have been put in the place of this one's. */
async function checksumOf({ generation }: LogInfo, saved: Buffer, slices: TimeSlices): Promise<number> {
  let checksum = crc32(generation);
  for (let at = END_AT; at < saved.length; at += STEP_BYTES) {
    checksum = crc32(saved.subarray(at, at + STEP_BYTES), checksum);
    if (slices.isOver) await slices.next();
  }
  return checksum;
}

/** After a loss other bytes may have taken the offsets of those that were counted. */
function lastLoss({ losses }: LogInfo): number {
  return losses?.at(-1)?.number ?? 0;
}
