import { CONTROLS, caretNotation } from './printable';

/** Colours and their kin (SGR), which change no more than how the text after them looks. */
const SGR_OR_CONTROL = new RegExp(`\\u001b\\[[0-9;:]*m|${CONTROLS.source}`, 'g');
/** The beginning of what may become SGR with the next piece. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: ESC begins an escape sequence.
const UNFINISHED = /\u001b(?:\[[0-9;:]{0,64})?$/;

/**
 * Makes text of unknown origin safe for a terminal: colours, tab, newline and carriage return pass, other control characters are shown
 * instead of acted on. Text comes in pieces that may be cut anywhere.
 */
export class TerminalFilter {
  readonly #decoder = new TextDecoder();
  #held = '';

  push(bytes: Uint8Array): string {
    return this.#pass(this.#held + this.#decoder.decode(bytes, { stream: true }));
  }

  /** What was held back because more might have followed. */
  end(): string {
    const rest = this.#held + this.#decoder.decode();
    this.#held = '';
    return rest.replace(SGR_OR_CONTROL, show);
  }

  #pass(text: string): string {
    this.#held = UNFINISHED.exec(text)?.[0] ?? '';
    return text.slice(0, text.length - this.#held.length).replace(SGR_OR_CONTROL, show);
  }
}

function show(match: string): string {
  return match.length > 1 || match === '\t' || match === '\n' || match === '\r'
    ? match
    : caretNotation(match);
}
