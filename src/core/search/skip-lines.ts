import { blockScanner } from '../lines/line-scanner';
import { countBlockNewlines } from '../lines/newlines';
import { readInto } from '../lines/read-into';
import { advance, type Offset } from '../log/offset';
import type { FileSpan, SkippedLines } from './file-job';
import type { LineFinder } from './line-finder';

const LF = 0x0a;

/** Goes past lines of a file up to the first one that matches. It waits for the disk, and is therefore only for threads. */
export function skipLines(finder: LineFinder, { fd, from, until }: FileSpan): SkippedLines {
  const { block } = blockScanner();
  let newlines = 0;
  for (let at: Offset = from; ; ) {
    const most = Math.min(block.length, until - at);
    const got = readInto(block, fd, at, most);
    // A file that ends early: a read of the log has the reason.
    if (got < most) return { offset: at, newlines, isFound: true };
    const end = got === 0 ? 0 : block.lastIndexOf(LF, got - 1) + 1;
    // An unfinished line, or one that is longer than the block.
    if (end === 0) return { offset: at, newlines, isFound: got === block.length };
    const found = finder.first(end);
    newlines += countBlockNewlines(found ?? end);
    at = advance(at, found ?? end);
    if (found !== undefined) return { offset: at, newlines, isFound: true };
  }
}
