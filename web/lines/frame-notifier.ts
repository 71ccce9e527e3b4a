/** Calls its listeners after changes: once per frame, however many changes there were. */
export class FrameNotifier {
  readonly #listeners = new Set<() => void>();
  #isScheduled = false;

  /** @param schedule runs a function before the next frame is painted */
  constructor(private readonly schedule: (run: () => void) => void) {}

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  changed(): void {
    if (this.#isScheduled || this.#listeners.size === 0) return;
    this.#isScheduled = true;
    this.schedule(() => {
      this.#isScheduled = false;
      for (const listener of [...this.#listeners]) listener();
    });
  }
}
