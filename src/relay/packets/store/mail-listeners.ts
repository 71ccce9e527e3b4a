/** The listeners that wait for mail, by client. */
export class MailListeners {
  readonly #listeners = new Map<string, Set<() => void>>();

  /** @returns removes it */
  add(client: string, listener: () => void): () => void {
    const listeners = this.#listeners.get(client) ?? new Set();
    this.#listeners.set(client, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(client) === listeners) this.#listeners.delete(client);
    };
  }

  notify(client: string): void {
    for (const listener of this.#listeners.get(client) ?? []) listener();
  }
}
