/** Red, green and blue, 0 to 255. */
export type Rgb = readonly [number, number, number];

/** What text of a log needs to be read. */
const CONTRAST_MIN = 4.5;
const STEPS = 20;
const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];

/** The colour of text that comes nearest to the wanted one and can be read on this background. */
export function readableOn(background: Rgb, wanted: Rgb): Rgb {
  const target = contrast(WHITE, background) > contrast(BLACK, background) ? WHITE : BLACK;
  for (let step = 0; step < STEPS; step++) {
    const color = mix(wanted, target, step / STEPS);
    if (contrast(color, background) >= CONTRAST_MIN) return color;
  }
  return target;
}

/** WCAG 2: from 1, the same, to 21, black on white. */
export function contrast(a: Rgb, b: Rgb): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** @param text `#rrggbb` */
export function parseColor(text: string): Rgb {
  const value = Number.parseInt(text.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function cssColor([red, green, blue]: Rgb): string {
  return `rgb(${Math.round(red)} ${Math.round(green)} ${Math.round(blue)})`;
}

function mix(from: Rgb, to: Rgb, part: number): Rgb {
  const channel = (index: 0 | 1 | 2): number => from[index] + (to[index] - from[index]) * part;
  return [channel(0), channel(1), channel(2)];
}

function luminance([red, green, blue]: Rgb): number {
  return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
}

function linear(channel: number): number {
  const value = channel / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}
