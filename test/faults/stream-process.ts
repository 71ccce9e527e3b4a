import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const BIN = join(__dirname, '../../bin/stream');

/** A real `bin/stream`. */
export class StreamProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** The exit code; `null` when a signal ended it. */
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #stderr = '';

  constructor(args: readonly string[]) {
    const child = spawn(process.execPath, [BIN, ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child = child;
    this.stdin = child.stdin;
    this.stdout = child.stdout;
    // It may end before it has read everything: its exit code is what counts.
    child.stdin.on('error', () => {});
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    this.exited = once(child, 'close').then(([code]) => code);
  }

  /** Everything written to stderr so far. */
  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves when the pipe takes more. */
  async write(bytes: Buffer): Promise<void> {
    if (this.stdin.write(bytes) || this.stdin.destroyed) return;
    await Promise.race([once(this.stdin, 'drain'), once(this.stdin, 'close')]);
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
