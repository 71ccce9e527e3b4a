import { durationText } from '../../words/durations';
import { type Io, say } from '../output/io';
import type { RunningCommand } from './running-command';

/** Without `--linger`, the output of background processes is no longer read after this long. */
const BOUND_MS = 10_000;
/** A command whose processes end with it is not worth a word. */
const SILENT_MS = 500;

/** The most that a pipe holds: what comes behind that was written after the command's end. */
const PIPE_BYTES = 1024 * 1024;
/** What a pipe holds is read within a turn of the event loop. This leaves it several. */
const READ_MS = 20;

/**
 * Stops reading a command's output some time after the command has ended: a background process may keep it open for ever.
 *
 * READING   The command runs, or has ended, and the time has not passed.
 * DUE       The time has passed. The pipe may still have output of the command itself, if what shows it is slow: all of that is read.
 * OVER      The outputs have ended, or are closed. Final.
 */
export class Linger {
  #state: 'reading' | 'due' | 'over' = 'reading';
  #busy = 0;
  #bytesAfterEnd = 0;
  #bound: NodeJS.Timeout | undefined;
  #notice: NodeJS.Timeout | undefined;

  /** @param boundMs how long after the command's end it reads on */
  constructor(
    private readonly command: RunningCommand,
    private readonly io: Io,
    private readonly boundMs = BOUND_MS,
  ) {}

  get isOver(): boolean {
    return this.#state === 'over';
  }

  /** Call it when the command has ended. */
  begin(): void {
    this.#notice = setTimeout(() => this.#announce(), Math.min(SILENT_MS, this.boundMs));
    this.#bound = setTimeout(() => this.stop(), this.boundMs);
  }

  /** Handles a piece of output. */
  async handle(piece: Uint8Array, work: () => Promise<unknown>): Promise<void> {
    if (!this.command.isRunning) this.#bytesAfterEnd += piece.length;
    this.#busy += 1;
    try {
      await work();
    } finally {
      this.#busy -= 1;
      if (this.#state === 'due') this.#cutWhenRead();
    }
  }

  /** Ends the lingering, if the command has ended. */
  stop(): void {
    if (this.#state !== 'reading' || this.command.isRunning) return;
    this.#state = 'due';
    this.#cutWhenRead();
  }

  /** Closes the outputs at once. A process that still writes gets SIGPIPE. */
  cut(): void {
    if (this.#state === 'over') return;
    this.end();
    for (const { from } of this.command.outputs) from.destroy();
  }

  /** Call it when all output has ended. */
  end(): void {
    this.#state = 'over';
    for (const timer of [this.#notice, this.#bound]) clearTimeout(timer);
  }

  #cutWhenRead(): void {
    if (this.#busy > 0) return;
    // Timers run before the pipe is read, immediates after it.
    if (this.#bytesAfterEnd >= PIPE_BYTES) this.#cutAndSay();
    else setTimeout(() => setImmediate(() => this.#busy === 0 && this.#cutAndSay()), READ_MS);
  }

  #cutAndSay(): void {
    if (this.#state !== 'due') return;
    this.cut();
    say(this.io, 'a background process still has the output of the command, which is no longer read');
  }

  #announce(): void {
    if (this.#busy > 0) {
      // The reader of the output may be what is waited for.
      this.#notice = setTimeout(() => this.#announce(), SILENT_MS);
      return;
    }
    say(
      this.io,
      `the command has ended, but a background process has its output: lingering for ${durationText(this.boundMs)} (--linger)`,
    );
  }
}
