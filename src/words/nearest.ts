/** A shorter word has so few letters that most words are within two of it. */
const TWO_FROM = 5;
/** From this length on, three slips are still the same word. */
const THREE_FROM = 10;
/** The shortest beginning of a word that names it. */
const BEGINNING_MIN = 3;

/** Counts the letters that are missing, superfluous, wrong or exchanged with their neighbour. */
export function distance(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, column) => column);
  for (let row = 1; row <= one.length; row += 1) {
    const next = [row];
    for (let column = 1; column <= other.length; column += 1) {
      const isSame = one[row - 1] === other[column - 1];
      const isExchanged = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      next[column] = Math.min(
        at(last, column) + 1,
        at(next, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isExchanged ? at(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = last;
    last = next;
  }
  return at(last, other.length);
}

/** Whether one word may be a slip for the other, also one that has the same letters in another order. */
export function isNear(one: string, other: string): boolean {
  const length = Math.max(one.length, other.length);
  const slips = length >= THREE_FROM ? 3 : length >= TWO_FROM ? 2 : 1;
  return distance(one, other) <= slips || (one.length > 2 && lettersOf(one) === lettersOf(other));
}

function lettersOf(word: string): string {
  return [...word].sort().join('');
}

/** Finds the word that was meant: the nearest, or one that begins or ends with it. Case, `-` and `_` do not matter. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const plain = plainOf(word);
  const near = known
    .filter((one) => isNear(plain, plainOf(one)))
    .sort((one, other) => distance(plain, plainOf(one)) - distance(plain, plainOf(other)));
  if (near[0] !== undefined || plain.length < BEGINNING_MIN) return near[0];
  return (
    known.find((one) => plainOf(one).startsWith(plain)) ?? known.find((one) => plainOf(one).endsWith(plain))
  );
}

function plainOf(word: string): string {
  return word.toLowerCase().replaceAll(/[-_]/g, '');
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
