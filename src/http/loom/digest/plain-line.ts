import { mapSequences } from '../../text/escape-sequences';

/**
 * C0 and C1 controls except the tab, DEL, separators of lines, and characters that are invisible or change the direction of text.
 * Unpaired surrogates are not in decoded text.
 */
const UNPRINTABLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: it matches control characters.
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu;

/** How many characters of a line are shown. */
const SHOWN_MAX = 300;

/**
 * A line of a log as text that is safe to print: without escape sequences, and with U+FFFD in the place of control and invisible
 * characters. Of a line that was written over itself, such as a progress bar, it is what was written last.
 */
export function plainLine(line: string): string {
  const plain = mapSequences(line, () => '').replace(/\r+$/u, '');
  const shown = plain.slice(plain.lastIndexOf('\r') + 1).replace(UNPRINTABLE, '\ufffd');
  const characters = [...shown.slice(0, 2 * SHOWN_MAX + 2)];
  return characters.length > SHOWN_MAX ? `${characters.slice(0, SHOWN_MAX).join('')}…` : shown;
}
