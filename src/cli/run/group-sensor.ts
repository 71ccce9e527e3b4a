import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Answers each line with a full stop, and reports each signal of its arguments. Some shells end a `read` at a signal as at the end of the input. */
const SCRIPT = `for signal do trap "echo SIG$signal; got=1" $signal; done
echo .
while :; do
  if read -r line; then echo .; elif test -z "$got"; then exit; fi
  got=
done`;

/** A report belongs to a signal of this process that comes this soon after it, or before the answer to the question about it. */
const SAME_MS = 1_000;
/** A shell that does not answer is stopped. On a machine with much other work an answer may take most of a second. */
const ANSWER_MS = 2_000;

/**
 * Finds out whether a signal was sent to the whole process group, as by a terminal, `timeout` or a shell: then the command has got it, too. A
 * process does not learn that of its own signals, but another process of the group gets them or does not.
 */
export class GroupSensor {
  readonly #child: ChildProcess;
  readonly #reported = new Map<string, number>();
  readonly #questions: ((isAnswered: boolean) => void)[] = [];
  #isReady = false;

  constructor(signals: readonly NodeJS.Signals[]) {
    const names = signals.map((signal) => signal.slice('SIG'.length));
    this.#child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...names], { stdio: ['pipe', 'pipe', 'ignore'] });
    // Without a shell, or after its end, there are no answers.
    for (const part of [this.#child, this.#child.stdin, this.#child.stdout]) part?.on('error', () => {});
    this.#child.once('exit', () => {
      this.end();
      for (const resolve of this.#questions.splice(0)) resolve(false);
    });
    if (this.#child.stdout !== null)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#hear(line));
  }

  /** @returns whether the group got the signal that this process has just got; `undefined` if that is not known */
  async hasGot(signal: NodeJS.Signals): Promise<boolean | undefined> {
    const asked = performance.now();
    if (!this.#isReady || !(await this.#ask())) return undefined;
    const at = this.#reported.get(signal) ?? Number.NEGATIVE_INFINITY;
    this.#reported.delete(signal);
    return asked - at < SAME_MS;
  }

  end(): void {
    this.#isReady = false;
    this.#child.stdin?.end();
  }

  /** @returns whether there was an answer */
  #ask(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), ANSWER_MS);
      this.#questions.push((isAnswered) => {
        clearTimeout(timer);
        resolve(isAnswered);
      });
      this.#child.stdin?.write('\n');
    });
  }

  #hear(line: string): void {
    if (line !== '.') this.#reported.set(line, performance.now());
    else if (this.#isReady) this.#questions.shift()?.(true);
    else this.#isReady = true;
  }
}
