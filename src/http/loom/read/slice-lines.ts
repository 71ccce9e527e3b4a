import { afterNewlines, countNewlines } from '../../../core/lines/newlines';
import { SLICE_BYTES, sliceChunks } from '../../../core/scheduling/turn-byte-budget';

/** How many bytes `chunks` are in a format in which each line is longer by `bytesPerLine`. */
export function encodedSize(chunks: readonly Buffer[], bytesPerLine: number): number {
  let size = 0;
  for (const chunk of chunks)
    size += chunk.length + (bytesPerLine === 0 ? 0 : bytesPerLine * countNewlines(chunk));
  return size;
}

/** As `sliceChunks`, in slices of fewer bytes if their lines are so short that they would become too long. */
export function* sliceLines(chunks: readonly Buffer[], bytesPerLine: number): Generator<Buffer, void> {
  const linesMax = Math.ceil(SLICE_BYTES / bytesPerLine);
  for (const slice of sliceChunks(chunks)) {
    if (!Number.isFinite(linesMax)) {
      yield slice;
      continue;
    }
    for (let rest = slice; rest.length > 0; ) {
      const end = afterNewlines(rest, linesMax) ?? rest.length;
      yield rest.subarray(0, end);
      rest = rest.subarray(end);
    }
  }
}
