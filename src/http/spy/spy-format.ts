import { StringDecoder } from 'node:string_decoder';
import type { LogRef } from '../../core/log';
import { colorOf } from './color';

const BOLD = '\x1b[1m';
const RESET = '\x1b[0m';

/**
 * The lines of a spy: what shows which stream the data belongs to. Characters that are split over chunks are held back until they
 * are whole.
 */
export class SpyFormat {
  readonly #decoders = new Map<string, StringDecoder>();
  /** The generation whose data was shown last. */
  #shown: string | undefined;
  #endsInNewline = true;

  constructor(private readonly style: 'plain' | 'color') {}

  start(log: LogRef): string {
    this.#decoders.set(log.generation, new StringDecoder('utf8'));
    return this.#ownLine(log, `START: ${log.id}`);
  }

  data(log: LogRef, chunks: readonly Buffer[]): string {
    const decoder = this.#decoders.get(log.generation);
    if (decoder === undefined) return '';
    return this.#text(log, chunks.map((chunk) => decoder.write(chunk)).join(''));
  }

  end(log: LogRef): string {
    const rest = this.#text(log, this.#decoders.get(log.generation)?.end() ?? '');
    this.#decoders.delete(log.generation);
    return rest + this.#ownLine(log, `END: ${log.id}`);
  }

  /** @param bytes how many of the stream are not shown. What was held back of a character is dropped with them. */
  skipped(log: LogRef, bytes: number): string {
    this.#decoders.set(log.generation, new StringDecoder('utf8'));
    return this.#ownLine(log, `… ${bytes} bytes of ${log.id} skipped`);
  }

  #text(log: LogRef, text: string): string {
    if (text === '') return '';
    const header = this.#shown === log.generation ? '' : this.#ownLine(log, `${log.id}:`);
    this.#shown = log.generation;
    this.#endsInNewline = text.endsWith('\n');
    return header + this.#paint(log, text);
  }

  /** A line that is no data begins on a line of its own. */
  #ownLine(log: LogRef, line: string): string {
    const newline = this.#endsInNewline ? '' : '\n';
    this.#endsInNewline = true;
    if (this.style === 'plain') return `${newline}${line}\n`;
    return `${newline}${BOLD}${colorOf(log.id)}${line}${RESET}\n`;
  }

  /** Each line is coloured by itself, so that no stream's colour leaks into what follows it. */
  #paint(log: LogRef, text: string): string {
    if (this.style === 'plain') return text;
    const color = colorOf(log.id);
    return text.replaceAll(/[^\n]+/g, (line) => `${color}${line}${RESET}`);
  }
}
