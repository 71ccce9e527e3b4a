import type { LogRef } from '../../core/log/log';
import type { LostBytes } from '../../core/log/loss';
import { Colors } from './colors';
import type { SpyEncoder } from './spy-encoder';
import { StreamPainter } from './stream-painter';

const BOLD = '\x1b[1m';
const RESET = '\x1b[0m';

/** The text of a spy: data, and lines that say to which stream it belongs. */
export class SpyFormat implements SpyEncoder {
  readonly #streams = new Map<string, StreamPainter>();
  readonly #colors = new Colors();
  /** The stream whose data was shown last. */
  #shown: StreamPainter | undefined;
  /** Whether only data was shown since: then what the stream has turned on is still on. */
  #isOn = false;
  #endsInNewline = true;

  constructor(private readonly style: 'plain' | 'color') {}

  start(log: LogRef): string {
    this.#begin(log);
    return this.#ownLine(log, `START: ${log.id}`);
  }

  data(log: LogRef, chunks: readonly Buffer[]): string {
    const stream = this.#streams.get(log.generation);
    return stream === undefined ? '' : this.#text(log, stream, stream.decode(chunks));
  }

  end(log: LogRef): string {
    const stream = this.#streams.get(log.generation);
    const rest = stream === undefined ? '' : this.#text(log, stream, stream.flush());
    const line = this.#ownLine(log, `END: ${log.id}`);
    this.#streams.delete(log.generation);
    this.#colors.release(log.id);
    return rest + line;
  }

  /** `bytes` are not shown: the beginning of a character or sequence before is dropped, and what the stream has turned on is unknown. */
  skipped(log: LogRef, bytes: number): string {
    const line = this.#ownLine(log, `… ${bytes} bytes of ${log.id} skipped`);
    this.#begin(log);
    return line;
  }

  /** The store lost bytes that were shown. The next bytes take their place. */
  lost(log: LogRef, { from, to }: LostBytes): string {
    const line = this.#ownLine(log, `… bytes ${from} to ${to} of ${log.id} are lost`);
    this.#begin(log);
    return line;
  }

  #begin(log: LogRef): void {
    this.#streams.set(log.generation, new StreamPainter(this.#colorOf(log)));
  }

  #text(log: LogRef, stream: StreamPainter, text: string): string {
    if (text === '') return '';
    const header = this.#shown === stream ? '' : this.#ownLine(log, `${log.id}:`);
    const isResumed = !this.#isOn;
    this.#shown = stream;
    this.#isOn = true;
    this.#endsInNewline = text.endsWith('\n');
    return header + stream.paint(text, isResumed);
  }

  /** A line that is not data begins on a new line, without what the data before it has turned on. */
  #ownLine(log: LogRef, line: string): string {
    const off = this.#isOn ? (this.#shown?.resetStyle() ?? '') : '';
    const before = off + (this.#endsInNewline ? '' : '\n');
    this.#endsInNewline = true;
    this.#isOn = false;
    if (this.style === 'plain') return `${before}${line}\n`;
    return `${before}${BOLD}${this.#colorOf(log)}${line}${RESET}\n`;
  }

  #colorOf({ id }: LogRef): string {
    return this.style === 'plain' ? '' : `\x1b[${this.#colors.of(id)}m`;
  }
}
