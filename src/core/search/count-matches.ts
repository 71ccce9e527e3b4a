import { blockScanner } from '../lines/line-scanner';
import { countBlockNewlines } from '../lines/newlines';
import { readInto } from '../lines/read-into';
import { advance, type Offset } from '../log/offset';
import type { CountedMatches, FileSpan } from './file-job';
import type { LineFinder } from './line-finder';

const LF = 0x0a;

/** Counts the lines of a file that match. It waits for the disk, and is therefore only for threads. */
export function countMatches(finder: LineFinder, { fd, from, until }: FileSpan): CountedMatches {
  const { block } = blockScanner();
  let [lines, matches] = [0, 0];
  for (let at: Offset = from; ; ) {
    const most = Math.min(block.length, until - at);
    const got = readInto(block, fd, at, most);
    // A file that ends early: a read of the log has the reason.
    if (got < most) return { offset: at, lines, matches, isStuck: true };
    const end = got === 0 ? 0 : block.lastIndexOf(LF, got - 1) + 1;
    // An unfinished line, or one that is longer than the block.
    if (end === 0) return { offset: at, lines, matches, isStuck: got === block.length };
    lines += countBlockNewlines(end);
    matches += finder.count(end);
    at = advance(at, end);
  }
}
