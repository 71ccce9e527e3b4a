/** C0 and C1 controls, DEL, and what changes the direction of the text around it: a terminal acts on them, or shows another order. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
export const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** And what is not seen at all, or breaks a line: two names that look alike must not be two names. */
const UNSEEN = /[\u200b-\u200d\u2028\u2029\u2060-\u2065\ufeff]/g;

/** Text for one line, such as an id, with nothing hidden in it. */
export function printable(text: string): string {
  return text.replace(CONTROLS, hexNotation).replace(UNSEEN, hexNotation);
}

/** `^G` for BEL and so on; `<9b>` for what has no caret notation. */
export function caretNotation(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return '^?';
  return code < 0x20 ? `^${String.fromCharCode(code + 0x40)}` : `<${code.toString(16).padStart(2, '0')}>`;
}

/** The notation of JSON, so that escaped JSON stays JSON. */
function hexNotation(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
