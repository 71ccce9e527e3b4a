import type { LineHit } from './line-matcher';

const LF = 0x0a;

/** The lines of a block that have these places, each once. The places are in their order. */
export function linesOfPlaces(block: Buffer, places: readonly number[]): readonly LineHit[] {
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
