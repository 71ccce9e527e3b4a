/** The bytes of a log. Its room doubles when it is full: to copy all of them for each append would take quadratic time. */
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

  /** No copy: the bytes of a log are added to, and never change. */
  slice(from: number, to: number): Buffer {
    return this.#room.subarray(from, Math.min(to, this.#length));
  }

  /** Forgets the bytes from `length` on. Slices with them stay as they are. */
  truncate(length: number): void {
    this.#room = Buffer.from(this.slice(0, length));
    this.#length = this.#room.length;
  }
}
