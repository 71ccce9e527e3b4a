import type { Shelf, ShelfChange, ShelfKey } from './packet-db';

/** Keeps everything as long as the process lives. */
export class MemoryShelf implements Shelf {
  readonly #values = new Map<string, Buffer>();

  entries(): Iterable<never> {
    return [];
  }

  get(key: ShelfKey): Buffer | undefined {
    return this.#values.get(nameOf(key));
  }

  async write(changes: readonly ShelfChange[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.#values.delete(nameOf(key));
      else this.#values.set(nameOf(key), value);
    }
  }

  async close(): Promise<void> {
    this.#values.clear();
  }
}

function nameOf(key: ShelfKey): string {
  return JSON.stringify(key);
}
