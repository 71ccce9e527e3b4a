import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

const REGISTER = join(__dirname, '../../support/register-typescript.cjs');
const APPENDING = join(__dirname, 'store-process.ts');
const COMMITTING = join(__dirname, 'commit-process.ts');
const CHURNING = join(__dirname, 'churn-process.ts');
const STOPPING = join(__dirname, 'stopping-process.ts');

/**
 * A process that holds a store, and the lines that it has printed so far. With a number it appends to so many logs
 * (`store-process.ts`), with `churn` it creates and removes logs (`churn-process.ts`), with `stop` it opens and closes the store
 * (`stopping-process.ts`). With another word it commits, and the word is the point at which it stops (`commit-process.ts`).
 */
export class RunningStore {
  readonly lines: string[] = [];
  readonly #process: ChildProcessByStdio<null, Readable, null>;
  readonly #reading: Promise<unknown>;
  #isOver = false;

  /** @param uid the user that it runs as; only root can choose one */
  constructor(directory: string, argument: number | string = 0, uid?: number) {
    const program = programFor(argument);
    this.#process = spawn(process.execPath, ['--require', REGISTER, program, directory, String(argument)], {
      stdio: ['ignore', 'pipe', 'inherit'],
      ...(uid !== undefined && { uid }),
    });
    const reader = createInterface(this.#process.stdout);
    reader.on('line', (line) => {
      this.lines.push(line);
      this.#process.emit('line');
    });
    reader.on('close', () => {
      this.#isOver = true;
      this.#process.emit('line');
    });
    this.#reading = once(reader, 'close');
  }

  /** Resolves once the process has printed so many lines. @throws Error when it ends before */
  async untilLines(lines: number): Promise<void> {
    while (this.lines.length < lines) {
      if (this.#isOver) throw new Error(`The process has ended after ${this.lines.length} lines`);
      await once(this.#process, 'line');
    }
  }

  /** SIGSTOP: it is there, and does nothing. */
  pause(): void {
    this.#process.kill('SIGSTOP');
  }

  /** SIGKILL; resolves when the process is dead and all its lines have been read. */
  async kill(): Promise<void> {
    const isAlive = this.#process.exitCode === null && this.#process.signalCode === null;
    if (isAlive && this.#process.kill('SIGKILL')) await once(this.#process, 'exit');
    await this.#reading;
  }
}

function programFor(argument: number | string): string {
  if (typeof argument === 'number') return APPENDING;
  if (argument === 'stop') return STOPPING;
  return argument === 'churn' ? CHURNING : COMMITTING;
}

export async function withRunningStore<T>(
  [directory, argument, uid]: readonly [directory: string, argument?: number | string, uid?: number],
  action: (running: RunningStore) => Promise<T>,
): Promise<T> {
  const running = new RunningStore(directory, argument, uid);
  try {
    return await action(running);
  } finally {
    await running.kill();
  }
}
