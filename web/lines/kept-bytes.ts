const CR = 0x0d;

/** The bytes of one line after the other, of which each is kept up to a limit. */
export class KeptBytes {
  #bytes: Uint8Array;
  #length = 0;
  #lineStart = 0;
  #overflows = false;
  /** A CR came last: what comes next replaces what is kept. */
  #isReplaced = false;

  /** @param limit bytes per line */
  constructor(
    private readonly limit: number,
    capacity: number,
  ) {
    this.#bytes = new Uint8Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** Whether bytes of the current line are missing that would be visible. */
  get overflows(): boolean {
    return this.#overflows;
  }

  slice(from: number, to: number): Uint8Array {
    return this.#bytes.subarray(from, to);
  }

  startLine(): void {
    this.#lineStart = this.#length;
    this.#overflows = false;
    this.#isReplaced = false;
  }

  /**
   * Bytes of the current line. Those beyond the limit are left out, unless a CR begins the line anew: then those
   * before the CR are, so that of a long progress the last state is kept.
   */
  append(chunk: Uint8Array, from: number, to: number): void {
    if (this.#isReplaced) this.#restartLine();
    const room = this.limit - (this.#length - this.#lineStart);
    const fits = Math.min(to, from + room);
    this.#copy(chunk, from, fits);
    if (fits === to) return;
    this.#overflows = true;
    const cr = chunk.lastIndexOf(CR, to - 1);
    if (cr < fits) return;
    if (cr === to - 1) this.#isReplaced = true;
    else {
      this.#restartLine();
      this.append(chunk, cr + 1, to);
    }
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Gives back the memory that is not used. */
  trim(): void {
    this.#bytes = this.#bytes.slice(0, this.#length);
  }

  #restartLine(): void {
    this.#length = this.#lineStart;
    this.#overflows = false;
    this.#isReplaced = false;
  }

  #copy(chunk: Uint8Array, from: number, to: number): void {
    if (this.#length + to - from > this.#bytes.length) {
      const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + to - from));
      bytes.set(this.#bytes.subarray(0, this.#length));
      this.#bytes = bytes;
    }
    this.#bytes.set(chunk.subarray(from, to), this.#length);
    this.#length += to - from;
  }
}
