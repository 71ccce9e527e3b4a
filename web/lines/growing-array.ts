/** Numbers in a typed array that grows: an array of numbers without the memory of objects. */
export class GrowingArray {
  #values: Float64Array;
  #length = 0;

  constructor(capacity = 64) {
    this.#values = new Float64Array(capacity);
  }

  get length(): number {
    return this.#length;
  }

  get byteLength(): number {
    return this.#values.byteLength;
  }

  /** @returns NaN beyond the end */
  at(index: number): number {
    return index >= 0 && index < this.#length ? (this.#values[index] ?? Number.NaN) : Number.NaN;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) this.#resize(this.#length * 2);
    this.#values[this.#length] = value;
    this.#length += 1;
  }

  set(index: number, value: number): void {
    if (index < this.#length) this.#values[index] = value;
  }

  truncate(length: number): void {
    this.#length = Math.min(this.#length, length);
  }

  /** Gives back the memory that is not used. */
  trim(): void {
    this.#resize(this.#length);
  }

  /** @returns the last index whose value is at most this, -1 if there is none. The values ascend. */
  lastAtMost(value: number): number {
    let [low, high] = [0, this.#length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#values[middle] ?? 0) <= value) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }

  #resize(capacity: number): void {
    const values = new Float64Array(Math.max(capacity, 1));
    values.set(this.#values.subarray(0, this.#length));
    this.#values = values;
  }
}
