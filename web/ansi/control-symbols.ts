const TAB = 0x09;
const DEL = 0x7f;
const ZERO_WIDTH_NON_JOINER = 0x200c;
const ZERO_WIDTH_JOINER = 0x200d;
/** U+2400: the pictures of the control characters, in their order. */
const PICTURES = 0x2400;
const PICTURE_OF_DEL = '␡';

/** From, to: what no font shows, or what changes the direction of the text around it. */
const INVISIBLE: readonly (readonly [number, number])[] = [
  [0x80, 0x9f],
  [0xad, 0xad],
  [0x61c, 0x61c],
  [0x180e, 0x180e],
  [0x200b, 0x200f],
  [0x2028, 0x202e],
  [0x2060, 0x206f],
  [0xfeff, 0xfeff],
  [0xfff9, 0xfffb],
];

/** The first half of the pairs of U+E0000 to U+E03FF, which are tags and selectors. */
const TAGS = 0xdb40;
const [FIRST_TAG, LAST_TAG] = [0xe0000, 0xe007f];

/** Whether a UTF-16 code unit may need a symbol. Quick for what is usual. */
export function maybeControl(unit: number): boolean {
  if (unit < 0x7f) return unit < 0x20 && unit !== TAB;
  if (unit < 0xa0 || unit === 0xad || unit === TAGS) return true;
  return unit >= 0x61c && INVISIBLE.some(([from, to]) => unit >= from && unit <= to);
}

/**
 * A visible stand-in for the character at `at`.
 * @returns undefined if the character may stay as it is
 */
export function symbolAt(
  line: string,
  at: number,
): { readonly text: string; readonly units: number } | undefined {
  const code = line.codePointAt(at) ?? 0;
  if (code < 0x20) return { text: String.fromCharCode(PICTURES + code), units: 1 };
  if (code === DEL) return { text: PICTURE_OF_DEL, units: 1 };
  if (code > 0xffff && (code < FIRST_TAG || code > LAST_TAG)) return undefined;
  if (joins(code) && line.charCodeAt(at - 1) >= 0x80) return undefined;
  return { text: `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`, units: code > 0xffff ? 2 : 1 };
}

/** A name or a label of a stranger, in which nothing hides and nothing turns the text around it. */
export function withSymbols(text: string): string {
  let shown = '';
  for (let at = 0; at < text.length; ) {
    const symbol = maybeControl(text.charCodeAt(at)) ? symbolAt(text, at) : undefined;
    shown += symbol?.text ?? text[at];
    at += symbol?.units ?? 1;
  }
  return shown;
}

/** Emoji and several scripts need the joiners; behind ASCII they can only hide something. */
function joins(code: number): boolean {
  return code === ZERO_WIDTH_JOINER || code === ZERO_WIDTH_NON_JOINER;
}
