const SIZES = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'];
const AGES: readonly (readonly [unit: string, seconds: number])[] = [
  ['d', 86_400],
  ['h', 3_600],
  ['m', 60],
  ['s', 1],
];

/** A size for a person: `0 B`, `4.7 kB`, `127 MB`. Three digits at most. */
export function sizeText(bytes: number): string {
  let scaled = bytes;
  let unit = 0;
  // 999.5 would be rounded to four digits.
  while (scaled >= 999.5 && unit < SIZES.length - 1) {
    scaled /= 1_000;
    unit += 1;
  }
  const digits = unit > 0 && scaled < 9.95 ? 1 : 0;
  return `${scaled.toFixed(digits)} ${SIZES[unit]}`;
}

/** A number of things for a person: `1 line`, `12,345 lines`. @param noun of one; its plural ends in `s` */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

/** How long ago, for a person: `0s`, `42s`, `5m`, `3h`, `12d`. The clock of a server may be ahead. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000));
  const [unit, length] = AGES.find(([, size]) => seconds >= size) ?? ['s', 1];
  return `${Math.floor(seconds / length)}${unit}`;
}
