import { CONTROLS, caretNotation } from './printable';

/** Matches SGR sequences, which change only the colour and style of text, and control characters. */
const SGR_OR_CONTROL = new RegExp(`\\u001b\\[[0-9;:]*m|${CONTROLS.source}`, 'g');
/** The beginning of a sequence that the next piece may complete to SGR. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins an escape sequence.
const UNFINISHED = /\u001b(?:\[[0-9;:]{0,64})?$/;

/** Makes untrusted text safe for a terminal. Control characters other than tab, LF, CR and those of colours become visible. */
export class TerminalFilter {
  readonly #decoder = new TextDecoder();
  #held = '';

  push(bytes: Uint8Array): string {
    return this.#pass(this.#held + this.#decoder.decode(bytes, { stream: true }));
  }

  /** @returns the bytes that were held back because a sequence might have followed */
  end(): string {
    const rest = this.#held + this.#decoder.decode();
    this.#held = '';
    return safeForTerminal(rest);
  }

  #pass(text: string): string {
    this.#held = UNFINISHED.exec(text)?.[0] ?? '';
    return text.slice(0, text.length - this.#held.length).replace(SGR_OR_CONTROL, show);
  }
}

/** As the filter, for a whole text. */
export function safeForTerminal(text: string): string {
  return text.replace(SGR_OR_CONTROL, show);
}

function show(match: string): string {
  return match.length > 1 || match === '\t' || match === '\n' || match === '\r'
    ? match
    : caretNotation(match);
}
