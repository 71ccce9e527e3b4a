/** C0 and C1 controls, DEL, and characters that change the direction of text: a terminal acts on them or reorders the text. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters.
export const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Invisible characters and line breaks. If they were printed, two different names could look the same. */
const UNSEEN = /[\u200b-\u200d\u2028\u2029\u2060-\u2065\ufeff]/g;

/** Escapes control and invisible characters in text for one line, such as an id. */
export function printable(text: string): string {
  return text.replace(CONTROLS, hexNotation).replace(UNSEEN, hexNotation);
}

/** Renders a control character, such as `^G` for BEL, or `<9b>` if it has no caret notation. */
export function caretNotation(character: string): string {
  const code = character.charCodeAt(0);
  if (code === 0x7f) return '^?';
  return code < 0x20 ? `^${String.fromCharCode(code + 0x40)}` : `<${code.toString(16).padStart(2, '0')}>`;
}

/** Escapes as JSON does, so that escaped JSON is still JSON. */
function hexNotation(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
