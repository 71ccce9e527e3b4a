import { PATIENCE_MS } from '../support/patience';

/** Records the items that a callback receives, and waits until they are enough. */
export class Heard<Item> {
  readonly all: Item[] = [];
  readonly #waiting = new Set<() => void>();

  readonly listener = (item: Item): void => {
    this.all.push(item);
    for (const check of [...this.#waiting]) check();
  };

  /** Resolves as soon as the received items are enough. */
  until(isEnough: (all: readonly Item[]) => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        if (!isEnough(this.all)) return;
        clearTimeout(timer);
        this.#waiting.delete(check);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(check);
        reject(new Error(`after ${PATIENCE_MS} ms only this had come: ${JSON.stringify(this.all)}`));
      }, PATIENCE_MS);
      this.#waiting.add(check);
      check();
    });
  }

  untilCount(count: number): Promise<void> {
    return this.until((all) => all.length >= count);
  }
}
