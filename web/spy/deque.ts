/** Removed places are given back once there are this many. */
const SPARE_MAX = 4_096;

/** A list to which items are added at the end and removed at the start, each in constant time. */
export class Deque<Item> {
  #items: Item[] = [];
  #start = 0;

  get length(): number {
    return this.#items.length - this.#start;
  }

  at(index: number): Item | undefined {
    return index < 0 ? undefined : this.#items[this.#start + index];
  }

  get first(): Item | undefined {
    return this.#items[this.#start];
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes as long as there are items behind it. */
  insert(index: number, item: Item): void {
    this.#items.splice(this.#start + index, 0, item);
  }

  shift(): Item | undefined {
    if (this.length === 0) return undefined;
    const item = this.#items[this.#start++];
    if (this.#start >= SPARE_MAX) {
      this.#items = this.#items.slice(this.#start);
      this.#start = 0;
    }
    return item;
  }

  *[Symbol.iterator](): Generator<Item, void> {
    for (let at = this.#start; at < this.#items.length; at++) {
      const item = this.#items[at];
      if (item !== undefined) yield item;
    }
  }
}
