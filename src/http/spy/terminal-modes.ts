// biome-ignore-start lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.
/** OSC 8 ; parameters ; URI: a link from there on, or its end where there is no URI. */
const LINK = /^(?:\u001b\]|\u009d)8;[^;]*;([^\u0007\u001b\u009c]*)/;
/** Designates the character set of G0, which is in use unless another one is shifted to. */
const CHARACTER_SET = /^\u001b\((.+)$/;
const SHIFT_TO_OTHER_SET = /^\u001b[no]$/;
// biome-ignore-end lint/suspicious/noControlCharactersInRegex: escape sequences are what it is about.

const SHIFT_OUT = '\x0e';
const SHIFT_IN = '\x0f';
const ASCII = 'B';

const LINK_OFF = '\x1b]8;;\x1b\\';
const ASCII_ON = `\x1b(${ASCII}`;

/** What text leaves on in a terminal beside its style: a link, or a character set with lines in the place of letters. */
export class TerminalModes {
  #hasLink = false;
  #isAscii = true;
  #isShifted = false;

  apply(sequence: string): void {
    const uri = LINK.exec(sequence)?.[1];
    const set = CHARACTER_SET.exec(sequence)?.[1];
    if (uri !== undefined) this.#hasLink = uri !== '';
    else if (set !== undefined) this.#isAscii = set === ASCII;
    else if (SHIFT_TO_OTHER_SET.test(sequence)) this.#isShifted = true;
  }

  /** Shifts are single characters. */
  applyShifts(text: string): void {
    const out = text.lastIndexOf(SHIFT_OUT);
    const back = text.lastIndexOf(SHIFT_IN);
    if (out !== back) this.#isShifted = out > back;
  }

  /** What turns all of it off. From then on it is off: unlike a style it is not turned on again. */
  reset(): string {
    const off =
      (this.#hasLink ? LINK_OFF : '') + (this.#isAscii ? '' : ASCII_ON) + (this.#isShifted ? SHIFT_IN : '');
    this.#hasLink = false;
    this.#isAscii = true;
    this.#isShifted = false;
    return off;
  }
}
