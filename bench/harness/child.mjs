import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const KILL_AFTER_MS = 3000;
const LAST_WORDS = 600;

/** A process of a target, with its output in a file of the stage's folder. */
export class Child {
  #process;
  #exited;
  #failure;
  #log;

  constructor(command, args, { folder, cwd = folder, env = {}, number = 0 }) {
    this.title = basename(command);
    this.#log = join(folder, `${this.title}-${number}.log`);
    const output = openSync(this.#log, 'w');
    this.#process = spawn(command, args.map(String), {
      stdio: ['ignore', output, output],
      cwd,
      env: { ...process.env, ...env },
    });
    closeSync(output);
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', resolve);
      this.#process.once('error', (error) => {
        this.#failure = error;
        resolve();
      });
    });
  }

  get pid() {
    return this.#process.pid;
  }

  get hasEnded() {
    const { exitCode, signalCode } = this.#process;
    return this.#failure !== undefined || exitCode !== null || signalCode !== null;
  }

  /** The end of what it wrote, which says why it ended when it was not told to. */
  lastWords() {
    return this.#failure?.message ?? readFileSync(this.#log, 'utf8').slice(-LAST_WORDS).trim();
  }

  async stop() {
    if (this.hasEnded) return;
    this.#process.kill('SIGTERM');
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), KILL_AFTER_MS);
    await this.#exited;
    clearTimeout(timer);
  }
}
