/** How many characters `isoTime` has. */
export const ISO_TIME_LENGTH = 24;

let lastAt = Number.NaN;
let last = '';

/** As in `2026-11-29T05:43:13.123Z`. It keeps the last one: lines that are near to each other have one time. @param at Unix milliseconds */
export function isoTime(at: number): string {
  if (at !== lastAt) {
    last = new Date(at).toISOString();
    lastAt = at;
  }
  return last;
}
