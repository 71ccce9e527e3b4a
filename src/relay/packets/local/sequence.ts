/** Numbers packets in the order in which they come. */
export class Sequence {
  #last = 0;

  /** The next number is higher than this one. */
  advanceTo(seq: number): void {
    this.#last = Math.max(this.#last, seq);
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
