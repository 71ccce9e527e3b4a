import { crc32 } from 'node:zlib';
import { advance, START } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';

/** The end and the time of a mark, 6 bytes each, and their CRC-32. It divides a page, and a kill never cuts a page in two. */
export const RECORD_BYTES = 16;
const CHECKED_BYTES = 12;
const NUMBER_BYTES = 6;

/** The largest number of a record: 256 TiB, or the year 10889. */
export const RECORD_NUMBER_MAX = 2 ** 48 - 1;

/** @param numbers end, time, end, time, … */
export function encodeMarks(numbers: readonly number[]): Buffer {
  const records = Buffer.alloc((numbers.length / 2) * RECORD_BYTES);
  for (let i = 0, at = 0; i < numbers.length; i += 2, at += RECORD_BYTES) {
    records.writeUIntLE(numbers[i] ?? 0, at, NUMBER_BYTES);
    records.writeUIntLE(numbers[i + 1] ?? 0, at + NUMBER_BYTES, NUMBER_BYTES);
    records.writeUInt32LE(crc32(records.subarray(at, at + CHECKED_BYTES)), at + CHECKED_BYTES);
  }
  return records;
}

/** @returns `undefined` for a record that a crash or a bad disk has torn */
export function decodeMark(records: Buffer, index: number): TimeMark | undefined {
  const from = index * RECORD_BYTES;
  const checked = records.subarray(from, from + CHECKED_BYTES);
  if (crc32(checked) !== records.readUInt32LE(from + CHECKED_BYTES)) return undefined;
  const end = advance(START, checked.readUIntLE(0, NUMBER_BYTES));
  return { end, at: checked.readUIntLE(NUMBER_BYTES, NUMBER_BYTES) };
}
