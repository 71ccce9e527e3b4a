/** The steps of a channel in the cube of 6 × 6 × 6 colours. */
const STEPS = ['00', '5f', '87', 'af', 'd7', 'ff'] as const;

/** @param index 16 to 255; the first 16 are colours of the theme @returns `#rrggbb`, or undefined for another number */
export function paletteColor(index: number): string | undefined {
  if (index < 16 || index > 255) return undefined;
  if (index >= 232) {
    const gray = (8 + 10 * (index - 232)).toString(16).padStart(2, '0');
    return `#${gray}${gray}${gray}`;
  }
  const cube = index - 16;
  const step = (divisor: number): string => STEPS[Math.floor(cube / divisor) % 6] ?? '00';
  return `#${step(36)}${step(6)}${step(1)}`;
}
