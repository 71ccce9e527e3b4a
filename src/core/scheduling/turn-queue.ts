/** Work that waits for a turn of the event loop that has room for it, in the order in which it came. */
export class TurnQueue {
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** @param beginTurn restores what one turn may use @param mayRun whether the turn has room for more work, after `ran` pieces */
  constructor(
    private readonly beginTurn: () => void,
    private readonly mayRun: (ran: number) => boolean,
  ) {}

  /** Calls `work` in a later turn. */
  add(work: () => void): void {
    this.#waiting.push(work);
    this.schedule();
  }

  /** Begins another turn after the present one. Call it before anything is taken from what a turn may use. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#isScheduled = false;
    this.beginTurn();
    // What is added meanwhile waits for the turn after this one.
    const count = this.#waiting.length;
    for (let ran = 0; ran < count && this.mayRun(ran); ran += 1) this.#waiting.shift()?.();
    if (this.#waiting.length > 0) this.schedule();
  };
}
