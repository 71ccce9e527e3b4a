import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Writable } from 'node:stream';

export const BIN = join(__dirname, '../../bin/stream');

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A process of `bin/stream`. Needs `npm run build`. */
export class StreamProcess {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const {
      LOOM_URL: _url,
      LOOM_TOKEN: _token,
      LOOM_PROFILE: _profile,
      NO_COLOR: _color,
      ...inherited
    } = process.env;
    this.#child = spawn(process.execPath, [BIN, ...args], {
      env: { ...inherited, XDG_CONFIG_HOME: '/nonexistent', ...env },
    });
    this.#closed = once(this.#child, 'close');
    this.#child.stdout?.on('data', (bytes) => this.#stdout.push(bytes));
    this.#child.stderr?.on('data', (bytes) => this.#stderr.push(bytes));
    // A command that has exited does not read the rest of its input.
    this.#child.stdin?.on('error', () => {});
  }

  get stdin(): Writable {
    if (this.#child.stdin === null) throw new Error('no stdin');
    return this.#child.stdin;
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString();
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString();
  }

  /** Closes the reading end of its output. */
  closeStdout(): void {
    this.#child.stdout?.destroy();
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async finished(): Promise<Finished> {
    await this.#closed;
    return { code: this.#child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Resolves when the condition holds. @throws if the process exits before */
  async until(condition: (seen: StreamProcess) => boolean): Promise<void> {
    while (!condition(this)) {
      if (this.#child.exitCode !== null && this.#child.stdout?.readableEnded) {
        throw new Error(`stream exited with ${this.#child.exitCode}: ${this.stderr}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  }

  /** Kills the process if it still runs. */
  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#closed;
  }
}

/** Runs `bin/stream` to its end with the whole input at once. */
export async function stream(
  args: readonly string[],
  { input = '', env = {} }: { input?: string | Buffer; env?: Readonly<Record<string, string>> } = {},
): Promise<Finished> {
  const child = new StreamProcess(args, env);
  child.stdin.end(input);
  return child.finished();
}
