import { createHash } from 'node:crypto';

/** A prime: no loss or repetition of a round number of bytes goes unnoticed. */
const PERIOD = 1_000_003;

/** Random once and for all, twice in a row so that any stretch of it lies in one piece. */
const PATTERN = patternOf(PERIOD);

/** The bytes of a producer. From a few of them follow the stream and the offset that they belong to. */
export class Source {
  readonly #shift: number;

  constructor(name: string) {
    this.#shift = createHash('sha256').update(name).digest().readUInt32BE() % PERIOD;
  }

  /** The bytes from `from` up to `to`, less than a million of them. Not a copy: do not change them. */
  bytes(from: number, to: number): Buffer {
    const start = (from + this.#shift) % PERIOD;
    return PATTERN.subarray(start, start + to - from);
  }

  /** The pieces that the bytes from `from` up to `to` come in. */
  *pieces(from: number, to: number, size: () => number): Generator<Buffer, void> {
    for (let at = from; at < to; ) {
      const next = Math.min(to, at + size());
      yield this.bytes(at, next);
      at = next;
    }
  }

  /** @returns the first offset at which `bytes`, as found at offset `at`, are not what they should be */
  differsAt(at: number, bytes: Buffer): number | undefined {
    for (let done = 0; done < bytes.length; ) {
      const wanted = this.bytes(at + done, at + Math.min(bytes.length, done + PERIOD - 1));
      const found = bytes.subarray(done, done + wanted.length);
      if (!found.equals(wanted)) return at + done + found.findIndex((byte, i) => byte !== wanted[i]);
      done += wanted.length;
    }
    return undefined;
  }
}

function patternOf(bytes: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(bytes / 32) }, (_, n) =>
    createHash('sha256').update(`block ${n}`).digest(),
  );
  const once = Buffer.concat(blocks).subarray(0, bytes);
  return Buffer.concat([once, once]);
}
