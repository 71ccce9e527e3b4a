import { type LineOptions, StreamLines } from './lines';
import { ByteFormat } from './read-format';
import type { ReadRequests } from './resolve-part';
import { type PartOptions, StreamReader } from './stream-reader';
import { FollowedText } from './text';
import { TimestampFormat } from './timestamp-format';

/** How to follow a stream. */
export interface FollowOptions extends PartOptions {
  /** The offset of the first byte, as `from: { offset }`. Default 0. */
  readonly offset?: number;
  /** Puts the time of each line before it, such as `2026-11-29T05:43:13.123Z `. */
  readonly timestamps?: boolean;
}

/** Every byte of a part of a stream, then live. */
export class Follow extends StreamReader<Uint8Array> {
  constructor(requests: ReadRequests, { offset = 0, timestamps, ...options }: FollowOptions) {
    super(requests, (position) => (timestamps ? new TimestampFormat(position) : new ByteFormat(position)), {
      from: { offset },
      ...options,
    });
  }

  /** The same part, line by line, in a read of its own. Needs a server that knows lines. */
  lines(options: LineOptions = {}): StreamLines {
    return new StreamLines(this.requests, this.options, options);
  }

  /** The text of the bytes, as UTF-8. Await it for the whole, or iterate over it for its pieces. It takes the place of this iteration. */
  text(): FollowedText {
    return new FollowedText(this);
  }
}
