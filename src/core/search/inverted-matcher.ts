import type { CountedMatches, FileSpan } from './file-job';
import type { LineHit, LineMatcher, Place } from './line-matcher';
import { nextSearchTurn } from './search-turn';

const LF = 0x0a;
const LINES_AT_ONCE = 512;

/** The lines that another matcher does not match. */
export class InvertedMatcher implements LineMatcher {
  constructor(private readonly matcher: LineMatcher) {}

  async *hits(block: Buffer, signal: AbortSignal): AsyncGenerator<readonly LineHit[], void> {
    let from = 0;
    for await (const hits of this.matcher.hits(block, signal)) {
      for (const { begin, end } of hits) {
        yield* linesBetween(block, from, begin, signal);
        from = end + 1;
      }
    }
    yield* linesBetween(block, from, block.length, signal);
  }

  async count(span: FileSpan, signal: AbortSignal): Promise<CountedMatches> {
    const counted = await this.matcher.count?.(span, signal);
    if (counted === undefined) return { offset: span.from, lines: 0, matches: 0, isStuck: true };
    return { ...counted, matches: counted.lines - counted.matches };
  }

  placesIn(): readonly Place[] {
    return [];
  }

  renew(): void {
    this.matcher.renew();
  }
}

/** The lines from one beginning of a line to another one, or to the end of the block. */
async function* linesBetween(
  block: Buffer,
  from: number,
  to: number,
  signal: AbortSignal,
): AsyncGenerator<readonly LineHit[], void> {
  for (let begin = from; begin < to; ) {
    const lines: LineHit[] = [];
    while (begin < to && lines.length < LINES_AT_ONCE) {
      const newline = block.indexOf(LF, begin);
      const end = newline < 0 ? to : newline;
      lines.push({ begin, end });
      begin = end + 1;
    }
    yield lines;
    if (begin >= to) return;
    await nextSearchTurn();
    signal.throwIfAborted();
  }
}
