/** The bytes of a log. Its capacity doubles when it is full: a copy of all bytes for each append would take quadratic time. */
export class GrowableBuffer {
  #room: Buffer;
  #length: number;

  constructor(chunks: readonly Buffer[]) {
    this.#room = Buffer.concat(chunks);
    this.#length = this.#room.length;
  }

  append(chunks: readonly Buffer[]): void {
    const length = chunks.reduce((sum, chunk) => sum + chunk.length, this.#length);
    if (length > this.#room.length)
      this.#room = Buffer.concat([this.#room], Math.max(length, 2 * this.#length));
    for (const chunk of chunks) this.#length += chunk.copy(this.#room, this.#length);
  }

  /** Does not copy: bytes are appended, and never change. */
  slice(from: number, to: number): Buffer {
    return this.#room.subarray(from, Math.min(to, this.#length));
  }

  /** Drops the bytes from `length` on. Earlier slices keep them. */
  truncate(length: number): void {
    this.#room = Buffer.from(this.slice(0, length));
    this.#length = this.#room.length;
  }
}
