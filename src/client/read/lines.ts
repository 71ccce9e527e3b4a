import { NdjsonFormat } from './ndjson-format';
import type { ReadRequests } from './resolve-part';
import type { StreamLine } from './stream-line';
import { type PartOptions, StreamReader } from './stream-reader';

export interface LineOptions {
  /** Yields what there is of a line that stays unfinished for a moment, and then the rest of it. Default: whole lines. */
  readonly parts?: boolean;
}

/** The lines of a part of a stream, then live. */
export class StreamLines extends StreamReader<StreamLine> {
  constructor(requests: ReadRequests, options: PartOptions, { parts = false }: LineOptions) {
    super(requests, (position, onLost) => new NdjsonFormat(position, onLost, parts), options);
  }

  /** The last object of the answer: the state of the stream, and how many bytes and lines it has. */
  get summary(): unknown {
    return this.format.summary;
  }
}
