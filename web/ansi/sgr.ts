import { type Color, PLAIN, type Style } from './span';

type Flag = 'bold' | 'dim' | 'italic' | 'underline' | 'strike' | 'inverse' | 'conceal';

/** Parameters that turn something on. 21 is a double underline. */
const ON: Readonly<Record<number, Flag>> = {
  1: 'bold',
  2: 'dim',
  3: 'italic',
  4: 'underline',
  7: 'inverse',
  8: 'conceal',
  9: 'strike',
  21: 'underline',
};

/** Parameters that turn something off. */
const OFF: Readonly<Record<number, readonly (keyof Style)[]>> = {
  22: ['bold', 'dim'],
  23: ['italic'],
  24: ['underline'],
  27: ['inverse'],
  28: ['conceal'],
  29: ['strike'],
  39: ['color'],
  49: ['background'],
};

const FOREGROUND = 38;
const BACKGROUND = 48;
const UNDERLINE_COLOR = 58;

/**
 * The style after one `CSI … m` (ECMA-48 8.3.117, and the colours of ISO 8613-6 with `;` or `:`). What it does not know has no effect.
 * @param parameters between `CSI` and `m`, of digits, `;` and `:`
 */
export function applySgr(style: Style, parameters: string): Style {
  const after = known.get(style) ?? new Map<string, Style>();
  const again = after.get(parameters);
  if (again !== undefined) return again;
  const next = computed(style, parameters);
  const result = Object.keys(next).length === 0 ? PLAIN : next;
  remember(style, after.set(parameters, result));
  return result;
}

/** Logs use few styles over and over. With this, a coloured line of a test runner takes 6 instead of 20 µs. */
let known = new WeakMap<Style, Map<string, Style>>();
let steps = 0;
/** Then it begins anew, so that a log with all colours does not fill the memory. */
const MAX_STEPS = 4_096;

function remember(style: Style, after: Map<string, Style>): void {
  steps += 1;
  if (steps > MAX_STEPS) {
    steps = 0;
    known = new WeakMap();
  } else known.set(style, after);
}

function computed(style: Style, parameters: string): Style {
  const groups = parameters.split(';').map(numbersOf);
  let next = style;
  for (let at = 0; at < groups.length; at += 1) {
    const group = groups[at] ?? [];
    const code = group[0] ?? 0;
    if (code !== FOREGROUND && code !== BACKGROUND && code !== UNDERLINE_COLOR) {
      next = applyOne(next, code, group[1]);
      continue;
    }
    const isColon = group.length > 1;
    const values = isColon ? group.slice(1) : groups.slice(at + 1, at + 5).map(([value]) => value);
    next = withColor(next, code, colorOf(values, isColon));
    if (!isColon) at += consumed(values[0]);
  }
  return next;
}

function numbersOf(group: string): (number | undefined)[] {
  return group.split(':').map((part) => (part === '' ? undefined : Number(part)));
}

function applyOne(style: Style, code: number, detail: number | undefined): Style {
  if (code === 0) return PLAIN;
  const flag = ON[code];
  // `4:0` is no underline, `4:3` a curly one.
  if (flag !== undefined) return detail === 0 ? without(style, [flag]) : { ...style, [flag]: true };
  const off = OFF[code];
  if (off !== undefined) return without(style, off);
  if (code >= 30 && code <= 37) return { ...style, color: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, background: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, color: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { ...style, background: code - 100 + 8 };
  return style;
}

function without(style: Style, members: readonly (keyof Style)[]): Style {
  const rest: { -readonly [Member in keyof Style]: Style[Member] } = { ...style };
  for (const member of members) delete rest[member];
  return rest;
}

function withColor(style: Style, code: number, color: Color | undefined): Style {
  if (color === undefined || code === UNDERLINE_COLOR) return style;
  return code === FOREGROUND ? { ...style, color } : { ...style, background: color };
}

/** How many parameters after a 38 or 48 with semicolons belong to it. */
function consumed(kind: number | undefined): number {
  if (kind === 5) return 2;
  return kind === 2 ? 4 : 0;
}

/** @param values `5, n`, `2, r, g, b`, or, with colons, `2, <colour space>, r, g, b` */
function colorOf(values: readonly (number | undefined)[], isColon: boolean): Color | undefined {
  if (values[0] === 5) return isByte(values[1] ?? 0) ? (values[1] ?? 0) : undefined;
  if (values[0] !== 2) return undefined;
  const from = isColon && values.length > 4 ? 2 : 1;
  const channels = [values[from] ?? 0, values[from + 1] ?? 0, values[from + 2] ?? 0];
  if (!channels.every(isByte)) return undefined;
  return `#${channels.map((channel) => channel.toString(16).padStart(2, '0')).join('')}`;
}

function isByte(value: number): boolean {
  return value >= 0 && value <= 255;
}

/** Whether two styles look the same. */
export function sameStyle(a: Style, b: Style): boolean {
  return (
    a === b ||
    (a.color === b.color &&
      a.background === b.background &&
      a.bold === b.bold &&
      a.dim === b.dim &&
      a.italic === b.italic &&
      a.underline === b.underline &&
      a.strike === b.strike &&
      a.inverse === b.inverse &&
      a.conceal === b.conceal)
  );
}
