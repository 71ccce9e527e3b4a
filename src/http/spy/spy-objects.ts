import { StringDecoder } from 'node:string_decoder';
import type { LogRef } from '../../core/log/log';
import type { LostBytes } from '../../core/log/loss';
import type { SpyEncoder } from './spy-encoder';

/**
 * The objects of a spy, one per line: `{"id", "text"}` for data, and `{"id", "event", …}` for everything else. A program tells data from
 * reports by them, which it cannot do in the text of `SpyFormat`: any stream may write a line such as `END: build-7`.
 */
export class SpyObjects implements SpyEncoder {
  /** By generation. A character that is split over chunks is held back until it is whole. */
  readonly #decoders = new Map<string, StringDecoder>();

  start(log: LogRef): string {
    this.#decoders.set(log.generation, new StringDecoder('utf8'));
    return line({ id: log.id, event: 'start' });
  }

  data(log: LogRef, chunks: readonly Buffer[]): string {
    const decoder = this.#decoders.get(log.generation);
    if (decoder === undefined) return '';
    return textLine(log, chunks.map((chunk) => decoder.write(chunk)).join(''));
  }

  end(log: LogRef): string {
    const rest = this.#decoders.get(log.generation)?.end() ?? '';
    this.#decoders.delete(log.generation);
    return textLine(log, rest) + line({ id: log.id, event: 'end' });
  }

  skipped(log: LogRef, bytes: number): string {
    this.#decoders.set(log.generation, new StringDecoder('utf8'));
    return line({ id: log.id, event: 'skipped', bytes });
  }

  lost(log: LogRef, { from, to }: LostBytes): string {
    this.#decoders.set(log.generation, new StringDecoder('utf8'));
    return line({ id: log.id, event: 'lost', lost: { from, to } });
  }
}

function textLine({ id }: LogRef, text: string): string {
  return text === '' ? '' : line({ id, text });
}

function line(object: object): string {
  return `${JSON.stringify(object)}\n`;
}
