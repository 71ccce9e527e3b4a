import type { Offset } from '../log/offset';
import { advance } from '../log/offset';
import type { TimeMark } from '../log/time-mark';

/** Bytes that were committed at one time. */
export interface TimedPiece {
  readonly bytes: Buffer;
  readonly from: Offset;
  /** Unix milliseconds; `undefined` where the time is not known. */
  readonly at: number | undefined;
}

/** The bytes of `chunks`, the first of which is at `from`, in pieces of one time each. */
export function* timedPieces(
  chunks: readonly Buffer[],
  from: Offset,
  times: readonly TimeMark[],
): Generator<TimedPiece, void> {
  let at = from;
  let index = 0;
  for (const chunk of chunks) {
    for (let begin = 0; begin < chunk.length; ) {
      while ((times[index]?.end ?? Number.POSITIVE_INFINITY) <= at) index += 1;
      const mark = times[index];
      const end = Math.min(chunk.length, begin + ((mark?.end ?? Number.POSITIVE_INFINITY) - at));
      yield { bytes: chunk.subarray(begin, end), from: at, at: mark?.at };
      at = advance(at, end - begin);
      begin = end;
    }
  }
}
