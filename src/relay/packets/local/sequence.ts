/** Numbers packets in the order in which they come. */
export class Order {
  #last = 0;

  /** The next number is higher than this one. */
  seen(seq: number): void {
    this.#last = Math.max(this.#last, seq);
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
