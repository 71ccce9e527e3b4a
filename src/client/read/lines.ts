import { Follow, type PartOptions } from './follow';
import { NdjsonFormat } from './ndjson-format';
import type { ReadRequests } from './resolve-part';
import type { StreamLine } from './stream-line';

/** The lines of a part of a stream, as `Follow` has its bytes. `summary` is what the server says at the end. */
export class StreamLines extends Follow<StreamLine> {
  readonly #format: () => NdjsonFormat | undefined;

  constructor(requests: ReadRequests, options: PartOptions) {
    let format: NdjsonFormat | undefined;
    super(
      requests,
      (position, onLost) => {
        format = new NdjsonFormat(position, onLost);
        return format;
      },
      options,
    );
    this.#format = () => format;
  }

  /** The last object of the answer: the state of the stream, and how many bytes and lines it has. */
  get summary(): unknown {
    return this.#format()?.summary;
  }
}
