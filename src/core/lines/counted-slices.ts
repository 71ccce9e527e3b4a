import type { Offset } from '../log/offset';
import { MARK_LINES } from './checkpoints';
import { blockScanner, SCAN_BYTES } from './line-scanner';
import { eachLoadedNewline, endsInNewline } from './newlines';
import { readInto } from './read-into';

/** The lines of some bytes that do not go beyond a multiple of `SCAN_BYTES` of their log. */
export interface CountedSlice {
  readonly bytes: number;
  /** The indexes behind the newlines that come before marks. */
  readonly marks: readonly number[];
  /** How many newlines have yet to come before the next mark. */
  readonly left: number;
  readonly endsInNewline: boolean;
}

/** Slices that follow each other, as numbers: for each its bytes, `left`, `endsInNewline`, and how many marks, then those. */
export type CountedSlices = Int32Array<ArrayBuffer>;

/** What a thread that counts does: it counts the newlines of a part of an open file. */
export interface LineCountJob {
  readonly fd: number;
  readonly from: Offset;
  readonly until: Offset;
  /** How many newlines have yet to come before the first mark. */
  readonly first: number;
}

/** Counts in the present thread, which waits for the disk. Fewer bytes than asked for: the file ends there, or cannot be read. */
export function countSlices({ fd, from, until, first }: LineCountJob): CountedSlices {
  const { block } = blockScanner();
  const numbers: number[] = [];
  let left = first;
  for (let at: number = from; at < until; ) {
    const most = Math.min(block.length - (at % SCAN_BYTES), until - at);
    const got = readInto(block, fd, at, most);
    for (let begin = 0; begin < got; ) {
      const end = Math.min(got, begin + SCAN_BYTES - ((at + begin) % SCAN_BYTES));
      left = addSlice(numbers, block, [begin, end], left);
      begin = end;
    }
    at += got;
    if (got < most) break;
  }
  return Int32Array.from(numbers);
}

export function* eachCountedSlice(numbers: CountedSlices): Generator<CountedSlice, void> {
  const numberAt = (index: number): number => numbers[index] ?? 0;
  for (let at = 0; at < numbers.length; ) {
    const first = at + 4;
    const last = first + numberAt(at + 3);
    const marks = [...numbers.subarray(first, last)];
    yield { bytes: numberAt(at), left: numberAt(at + 1), endsInNewline: numberAt(at + 2) === 1, marks };
    at = last;
  }
}

function addSlice(
  numbers: number[],
  block: Buffer,
  [begin, end]: readonly [number, number],
  first: number,
): number {
  const marks: number[] = [];
  const left = eachLoadedNewline(blockScanner(), [begin, end], first, MARK_LINES, (index) =>
    marks.push(index - begin),
  );
  numbers.push(end - begin, left, Number(endsInNewline(block.subarray(begin, end))), marks.length, ...marks);
  return left;
}
