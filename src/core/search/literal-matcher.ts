import { Literal } from '../lines/literal';
import { type LineHit, type LineMatcher, PLACES_MAX, type Place } from './line-matcher';
import { nextSearchTurn } from './search-turn';

const LF = 0x0a;

/** How many places are looked for at once. Of lines with several places, the others are in vain. */
const PLACES_AT_ONCE = 1024;

/** Lines that contain a text. It is searched in bytes, in the main thread. */
export class LiteralMatcher implements LineMatcher {
  readonly #literal: Literal;

  /**
   * @param ignoreCase of A to Z
   * @throws RangeError as `Literal`
   */
  constructor(text: string, ignoreCase: boolean) {
    this.#literal = new Literal(Buffer.from(text), ignoreCase);
  }

  async *hits(block: Buffer, signal: AbortSignal): AsyncGenerator<readonly LineHit[], void> {
    for (let from = 0; from < block.length; ) {
      await nextSearchTurn();
      signal.throwIfAborted();
      const places = this.#literal.placesIn(block, PLACES_AT_ONCE, from);
      const hits = linesOf(block, places);
      if (hits.length > 0) yield hits;
      if (places.length < PLACES_AT_ONCE) return;
      from = (hits.at(-1)?.end ?? block.length) + 1;
    }
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

function linesOf(block: Buffer, places: readonly number[]): readonly LineHit[] {
  const hits: LineHit[] = [];
  let end = -1;
  for (const place of places) {
    if (place < end) continue;
    const begin = place === 0 ? 0 : block.lastIndexOf(LF, place - 1) + 1;
    const newline = block.indexOf(LF, place);
    end = newline < 0 ? block.length : newline;
    hits.push({ begin, end });
  }
  return hits;
}
