/**
 * The escape sequences of ECMA-48 in text that comes in pieces. A sequence may be introduced by ESC and a letter, or by one C1 character.
 *
 *   CSI  ESC [  U+009B                      parameters, then a final character from @ to ~
 *   OSC, DCS, SOS, PM, APC                  a string up to ESC \ , U+009C, or (OSC) BEL
 *   other                                   ESC, intermediates from space to /, then a final character
 */
const BEGIN_CSI = '(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*';
/** A line feed or another introducer breaks a string off. It also keeps the search linear. */
const BEGIN_STRING =
  '(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\n\\u001b\\u0090\\u0098\\u009b-\\u009f]*';
const BEGIN_OTHER = '\\u001b[ -/]*';

const CSI = `${BEGIN_CSI}[@-~]`;
const STRING = `${BEGIN_STRING}(?:\\u0007|\\u001b\\\\|\\u009c)`;
const OTHER = `${BEGIN_OTHER}[0-OQ-WYZ\\\\\`-~]`;
const WHOLE = new RegExp(`${CSI}|${STRING}|${OTHER}`, 'g');

/** What may become a sequence with the next piece: the same three kinds, cut anywhere. */
const UNFINISHED = new RegExp(`(?:${BEGIN_CSI}|${BEGIN_STRING}\\u001b?|${BEGIN_OTHER})$`);

/** Everything that may introduce a sequence. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins an escape sequence.
const INTRODUCER = /[\u001b\u0090\u0098\u009b\u009d-\u009f]/;
const INTRODUCERS = new RegExp(INTRODUCER, 'g');

/** A sequence longer than this is not waited for. An OSC 8 link may have 2,083 characters of URI. */
const UNFINISHED_MAX = 4_096;

/** Whether there may be a sequence in the text. */
export function hasSequence(text: string): boolean {
  return INTRODUCER.test(text);
}

/** How many characters at the end of `text` are the beginning of a sequence whose rest may still come. */
export function unfinishedSequence(text: string): number {
  if (!hasSequence(text)) return 0;
  // What comes before the last sequence that is whole cannot be the beginning of another one.
  let after = 0;
  for (const match of text.matchAll(WHOLE)) after = match.index + match[0].length;
  const rest = text.slice(Math.max(after, text.length - UNFINISHED_MAX - 1));
  const length = UNFINISHED.exec(rest)?.[0].length ?? 0;
  return length > UNFINISHED_MAX ? 0 : length;
}

/** Calls `replace` for each whole sequence. Introducers of what never became a sequence are made visible, so that no terminal obeys them. */
export function mapSequences(text: string, replace: (sequence: string) => string): string {
  let mapped = '';
  let after = 0;
  for (const match of text.matchAll(WHOLE)) {
    mapped += visible(text.slice(after, match.index)) + replace(match[0]);
    after = match.index + match[0].length;
  }
  return mapped + visible(text.slice(after));
}

function visible(text: string): string {
  return hasSequence(text) ? text.replaceAll(INTRODUCERS, symbolOf) : text;
}

/** ESC has a picture of its own (U+241B); the C1 characters have none. */
function symbolOf(introducer: string): string {
  return introducer === '\u001b' ? '\u241b' : '\ufffd';
}
