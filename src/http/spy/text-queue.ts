import { onAbort } from '../../core/scheduling/abortable';
import { TurnTimeBudget } from '../../core/scheduling/turn-time-budget';

/** Of all spies together. */
export const paintTime = new TurnTimeBudget(3);

interface Job {
  readonly texts: Iterator<string, void>;
  readonly over?: (() => void) | undefined;
}

/** Writes texts in their order. Each is made when its turn has time: painting a byte may cost a hundred times as much as reading it. */
export class TextQueue {
  readonly #jobs: Job[] = [];
  #isWaiting = false;
  #isPaused = false;

  /** @param isFull whether a text would only wait: nothing is made until `resume` @param signal after it, nothing is made or written */
  constructor(
    private readonly write: (text: string) => void,
    private readonly isFull: () => boolean,
    private readonly signal: AbortSignal,
  ) {
    onAbort(signal, () => this.resume());
  }

  /** If nothing waits, writes at once what this turn has time for. @param over called after the last of them */
  add(texts: Iterator<string, void>, over?: () => void): void {
    this.#jobs.push({ texts, over });
    if (!this.#isWaiting) this.#work();
  }

  /** Resolves once all that was added by now is written, or the signal has aborted. */
  flushed(): Promise<void> {
    return new Promise((resolve) => this.add([].values(), resolve));
  }

  /** To be called when `isFull` has become false. */
  resume(): void {
    if (!this.#isPaused) return;
    this.#isPaused = false;
    this.#work();
  }

  #work(): void {
    // What is added meanwhile, for example by `over`, comes behind the rest.
    this.#isWaiting = true;
    while (paintTime.hasTime) {
      const [job] = this.#jobs;
      if (job === undefined) {
        this.#isWaiting = false;
        return;
      }
      if (this.isFull() && !this.signal.aborted) {
        this.#isPaused = true;
        return;
      }
      paintTime.spend(() => this.#step(job));
    }
    paintTime.whenTime(() => this.#work());
  }

  #step({ texts, over }: Job): void {
    const next = this.signal.aborted ? undefined : texts.next();
    if (next !== undefined && !next.done) {
      this.write(next.value);
      return;
    }
    this.#jobs.shift();
    over?.();
  }
}
