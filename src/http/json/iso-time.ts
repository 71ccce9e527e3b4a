/** How many characters `isoTime` has. */
export const ISO_TIME_LENGTH = 24;

/** As in `2026-11-29T05:43:13.123Z`. It takes longer than the rest of a line: keep the last one. @param at Unix milliseconds */
export function isoTime(at: number): string {
  return new Date(at).toISOString();
}
