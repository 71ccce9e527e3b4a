import { LineExpression } from '../../../src/core/search/line-expression';
import type { LineHit, LineMatcher } from '../../../src/core/search/line-matcher';

/** A matcher that runs an expression in this thread. */
export function directMatcher(source: string, ignoreCase = false): LineMatcher {
  const expression = new LineExpression(source, ignoreCase);
  return {
    async *hits(block) {
      for (let from = 0; from < block.length; ) {
        const { numbers, next } = expression.match(block, from);
        yield hitsIn([...numbers]);
        from = next;
      }
    },
    placesIn: () => [],
    renew() {},
  };
}

function hitsIn(numbers: number[]): LineHit[] {
  const hits: LineHit[] = [];
  while (numbers.length > 0) {
    const [begin = 0, end = 0, count = 0] = numbers.splice(0, 3);
    const ends = numbers.splice(0, 2 * count);
    const places = Array.from({ length: count }, (_, i) => [ends[2 * i] ?? 0, ends[2 * i + 1] ?? 0] as const);
    hits.push({ begin, end, places });
  }
  return hits;
}
