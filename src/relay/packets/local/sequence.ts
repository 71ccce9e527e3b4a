/** Numbers packets in the order of their arrival. */
export class Sequence {
  #last = 0;

  advanceTo(seq: number): void {
    this.#last = Math.max(this.#last, seq);
  }

  next(): number {
    this.#last += 1;
    return this.#last;
  }
}
