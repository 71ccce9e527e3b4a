/** Runs tasks of one key one after the other, in the order in which they came. Tasks of different keys run side by side. */
export class KeyedMutex {
  readonly #last = new Map<string, Promise<unknown>>();

  run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key);
    let start: (result: Promise<T>) => void = () => {};
    const mine =
      before?.then(task, task) ??
      new Promise<T>((resolve) => {
        start = resolve;
      });
    // Before the task begins: it may lead to another one of the same key, which has to wait.
    this.#last.set(key, mine);
    if (before === undefined) start((async () => task())());
    const done = (): void => {
      if (this.#last.get(key) === mine) this.#last.delete(key);
    };
    mine.then(done, done);
    return mine;
  }

  /** Runs a task that holds all these keys. Keys are taken in sorted order, so that no two tasks wait for each other. */
  runAll<T>(keys: readonly string[], task: () => Promise<T>): Promise<T> {
    const inOrder = [...new Set(keys)].sort();
    return inOrder.reduceRight((inner: () => Promise<T>, key) => () => this.run(key, inner), task)();
  }

  /** Resolves once no task runs or waits. */
  async idle(): Promise<void> {
    while (this.#last.size > 0) await Promise.allSettled(this.#last.values());
  }
}
