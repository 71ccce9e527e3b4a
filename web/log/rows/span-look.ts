import { paletteColor } from '../../ansi/palette';
import type { Color, Style } from '../../ansi/span';
import { cssColor, parseColor, type Rgb, readableOn } from './readable-color';

/** How a span is shown: classes of `ansi.css`, and the colours that no class has. */
export interface SpanLook {
  readonly classes: string;
  readonly color?: string;
  readonly background?: string;
}

const FLAGS = ['bold', 'dim', 'italic', 'underline', 'strike', 'conceal'] as const;
/** The backgrounds of the log and of its linked, marked and pointed-at rows, that which is hardest to read on, in both themes. */
const LOG = { light: [240, 233, 225], dark: [50, 34, 26] } as const satisfies Record<string, Rgb>;
/** The same of the sixteen backgrounds of the palette. */
const TINT = { light: [205, 215, 222], dark: [70, 60, 58] } as const satisfies Record<string, Rgb>;
/** Text on a background that the log has chosen: the theme's colours would not be readable on it. */
const TEXT: Rgb = [128, 128, 128];
const BASIC: readonly string[] = [
  '#24292f #cf222e #116329 #9a6700 #0969da #8250df #1b7c83 #8c959f',
  '#57606a #ff7b72 #3fb950 #d29922 #58a6ff #bc8cff #39c5cf #ffffff',
].flatMap((row) => row.split(' '));

/** A log with more looks than this is a picture: what is computed anew each time costs it little. */
const LOOKS_MAX = 2_000;
const looks = new Map<string, SpanLook>();

export function lookOf(style: Style): SpanLook {
  const key = keyOf(style);
  const known = looks.get(key);
  if (known !== undefined) return known;
  if (looks.size >= LOOKS_MAX) looks.clear();
  const look = computeLook(style);
  looks.set(key, look);
  return look;
}

function keyOf(style: Style): string {
  let key = `${style.color} ${style.background} ${style.inverse}`;
  for (const flag of FLAGS) if (style[flag] === true) key += flag;
  return key;
}

function computeLook(style: Style): SpanLook {
  const { color, background, inverse } = style;
  const flags = FLAGS.filter((flag) => style[flag] === true).join(' ');
  const colors = inverse ? inverted(color, background) : colored(color, background);
  return { ...colors, classes: [flags, colors.classes].filter(Boolean).join(' ') };
}

function inverted(color: Color | undefined, background: Color | undefined): SpanLook {
  // The colours of the theme are readable both ways.
  if (color === undefined) return { classes: 'inverse' };
  if (background !== undefined) return colored(background, color);
  if (isBasic(color)) return { classes: '', color: 'var(--log-background)', background: ansi(color) };
  return onColor(rgbOf(color), TEXT);
}

function colored(color: Color | undefined, background: Color | undefined): SpanLook {
  if (background !== undefined && !isBasic(background))
    return onColor(rgbOf(background), color === undefined ? TEXT : rgbOf(color));
  const look = { classes: '', ...(background !== undefined && { background: ansi(`bg-${background}`) }) };
  if (color === undefined) return look;
  if (isBasic(color)) return { ...look, color: ansi(color) };
  const { light, dark } = background === undefined ? LOG : TINT;
  const wanted = rgbOf(color);
  const [onLight, onDark] = [readableOn(light, wanted), readableOn(dark, wanted)].map(cssColor);
  return { ...look, color: `light-dark(${onLight}, ${onDark})` };
}

/** One of the sixteen colours of the theme. */
function ansi(name: number | string): string {
  return `var(--ansi-${name})`;
}

function onColor(background: Rgb, wanted: Rgb): SpanLook {
  return { classes: '', background: cssColor(background), color: cssColor(readableOn(background, wanted)) };
}

function isBasic(color: Color): color is number {
  return typeof color === 'number' && color < 16;
}

function rgbOf(color: Color): Rgb {
  if (typeof color === 'string') return parseColor(color);
  return parseColor(BASIC[color] ?? paletteColor(color) ?? '#808080');
}
