import { Literal } from '../lines/literal';
import type { CountedMatches, FileSpan, SkippedLines } from './file-job';
import { type LineHit, type LineMatcher, PLACES_MAX, type Place } from './line-matcher';
import { linesOfPlaces } from './lines-of-places';
import type { SearchThreads } from './search-job';
import { nextSearchTurn } from './search-turn';

/** How many places are looked for at once. Of lines with several places, the others are in vain. */
const PLACES_AT_ONCE = 1024;

/** Lines that contain a text. It is searched in bytes, in the main thread. */
export class LiteralMatcher implements LineMatcher {
  readonly #literal: Literal;

  /**
   * @param ignoreCase of A to Z
   * @param threads for `skip`
   * @throws RangeError as `Literal`
   */
  constructor(
    private readonly text: string,
    private readonly ignoreCase: boolean,
    private readonly threads?: SearchThreads,
  ) {
    this.#literal = new Literal(Buffer.from(text), ignoreCase);
  }

  async *hits(block: Buffer, signal: AbortSignal): AsyncGenerator<readonly LineHit[], void> {
    for (let from = 0; from < block.length; ) {
      await nextSearchTurn();
      signal.throwIfAborted();
      const places = this.#literal.placesIn(block, PLACES_AT_ONCE, from);
      const hits = linesOfPlaces(block, places);
      if (hits.length > 0) yield hits;
      if (places.length < PLACES_AT_ONCE) return;
      from = (hits.at(-1)?.end ?? block.length) + 1;
    }
  }

  async skip(span: FileSpan, signal: AbortSignal): Promise<SkippedLines> {
    const { text, ignoreCase, threads } = this;
    const nothing = { offset: span.from, newlines: 0, isFound: true };
    if (threads === undefined) return nothing;
    // It takes a few milliseconds, and is not ended with the search: a thread costs more.
    const answer = await threads.run({ kind: 'skip', text, isRegex: false, ignoreCase, ...span });
    signal.throwIfAborted();
    return answer.kind === 'skipped' ? answer.skipped : nothing;
  }

  async count(span: FileSpan, signal: AbortSignal): Promise<CountedMatches> {
    const { text, ignoreCase, threads } = this;
    const nothing = { offset: span.from, lines: 0, matches: 0, isStuck: true };
    if (threads === undefined) return nothing;
    const answer = await threads.run({ kind: 'count', text, isRegex: false, ignoreCase, ...span });
    signal.throwIfAborted();
    return answer.kind === 'counted' ? answer.counted : nothing;
  }

  placesIn(line: Buffer, text: string): readonly Place[] {
    const { length } = this.#literal;
    // Then each byte is one code unit.
    const isNarrow = text.length === line.length;
    const places: Place[] = [];
    let [at, units] = [0, 0];
    for (const from of this.#literal.placesIn(line, PLACES_MAX)) {
      const to = from + length;
      const begin = isNarrow ? from : units + line.toString('utf8', at, from).length;
      units = isNarrow ? to : begin + line.toString('utf8', from, to).length;
      at = to;
      places.push([begin, units]);
    }
    return places;
  }

  renew(): void {}
}
