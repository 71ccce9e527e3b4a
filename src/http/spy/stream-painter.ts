import { StringDecoder } from 'node:string_decoder';
import { hasSequence, mapSequences, unfinishedSequence } from '../text/escape-sequences';
import { TerminalModes } from './terminal-modes';
import { TextStyle } from './text-style';

const RESET = '\x1b[0m';

/**
 * The text of one stream of a spy. Characters and escape sequences that are split over chunks are held back until they are whole, so that
 * no other stream's text comes between their parts. What the stream has turned on (colours, bold) is known, so that it can be turned off
 * before other text, and on again after it.
 */
export class StreamPainter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #style = new TextStyle();
  readonly #leftovers = new TerminalModes();
  #held = '';

  /** @param color the sequence of the stream's own colour; empty in a spy without colours */
  constructor(private readonly color: string) {}

  decode(chunks: readonly Buffer[]): string {
    const text = this.#held + chunks.map((chunk) => this.#decoder.write(chunk)).join('');
    const held = unfinishedSequence(text);
    this.#held = text.slice(text.length - held);
    return text.slice(0, text.length - held);
  }

  /** The rest, at the end of the stream: it will never become a whole character or sequence. */
  flush(): string {
    return this.#held + this.#decoder.end();
  }

  /** What to write for `text`. @param isResumed whether other text was shown since the last text of this stream */
  paint(text: string, isResumed: boolean): string {
    if (this.color !== '') return text.replaceAll(/[^\n]+/g, (line) => this.#paintLine(line));
    const before = isResumed ? this.#style.sequence : '';
    return before + this.#apply(text);
  }

  /** Turns off what the stream has left on, before text that is not its own. */
  resetStyle(): string {
    const style = this.color === '' && this.#style.sequence !== '' ? RESET : '';
    return style + this.#leftovers.reset();
  }

  /** Each line is coloured by itself, so that no stream's colour reaches what follows it. */
  #paintLine(line: string): string {
    const before = this.color + this.#style.sequence;
    return before + this.#apply(line) + RESET;
  }

  /** A stream that resets its own colours gets the spy's colour back. */
  #apply(text: string): string {
    this.#leftovers.applyShifts(text);
    if (!hasSequence(text)) return text;
    return mapSequences(text, (sequence) => {
      const isStyle = this.#style.apply(sequence);
      if (!isStyle) this.#leftovers.apply(sequence);
      return isStyle && !this.#style.hasTextColor ? sequence + this.color : sequence;
    });
  }
}
