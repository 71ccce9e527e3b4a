import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { freePort } from './free-port';
import { PATIENCE_MS } from './patience';

export interface LoomProcessOptions {
  /** `file:<directory>`, `memory:` or `redis://…` */
  readonly store: string;
  /** Another `loom` than that of the repository. */
  readonly bin?: string;
  /** Another Node than this one. */
  readonly node?: string;
  /** More of the command line. */
  readonly args?: readonly string[];
  /** Added to the environment, of which nothing that begins with LOOM_ is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** It leads a process group of its own, as in a terminal. */
  readonly leadsGroup?: boolean;
}

const BIN = join(__dirname, '../../bin/loom');
/** In the banner or in the log, whichever the settings leave. */
const ADDRESS = /(?:Loom listens on |"url":")(http:[^"\s]+)/;
const POLL_MS = 10;

/** A real `bin/loom` in a process of its own, which a test can use, kill and restart. Needs `npm run build`. */
export class LoomProcess {
  #child: ChildProcess | undefined;
  #exited: Promise<unknown> = Promise.resolve();
  #stdout = '';
  #stderr = '';
  #url = '';

  private constructor(private readonly options: LoomProcessOptions) {}

  /** Resolves once the server answers. @throws with its stderr if it does not start */
  static async start(options: LoomProcessOptions): Promise<LoomProcess> {
    const loom = new LoomProcess(options);
    await loom.#spawn(await freePort());
    return loom;
  }

  /** `http://127.0.0.1:<port>`; the same after a restart. */
  get url(): string {
    return this.#url;
  }

  get port(): number {
    return Number(new URL(this.#url).port);
  }

  /** Of the process that runs now. */
  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Everything written since the first start, by all processes. */
  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Resolves once the log has this. The server answers before the lines of its start have come through their pipe. */
  async logged(part: string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    while (!this.#stdout.includes(part)) {
      if (!this.isRunning || Date.now() > deadline) throw new Error(`not logged: ${part}\n${this.#stdout}`);
      await delay(POLL_MS);
    }
  }

  /** Sends a signal and waits for nothing, as for SIGSTOP. */
  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Sends a signal and waits for the end, that of its workers too. @returns the exit code, `null` when the signal itself was the end */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    this.signal(signal);
    return this.exited();
  }

  /** Waits for the end. @returns the exit code, `null` when a signal was the end */
  async exited(): Promise<number | null> {
    await this.#exited;
    return this.#child?.exitCode ?? null;
  }

  /** Starts it again on the same port, ending it by `signal` first if it runs. */
  async restart(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    if (this.isRunning) await this.kill(signal);
    await this.#spawn(this.port);
  }

  /** Stops it gracefully. @returns the exit code */
  async stop(): Promise<number | null> {
    return this.isRunning ? this.kill('SIGTERM') : (this.#child?.exitCode ?? null);
  }

  async #spawn(port: number): Promise<void> {
    const {
      node = process.execPath,
      bin = BIN,
      store,
      args = [],
      env = {},
      leadsGroup = false,
    } = this.options;
    const child = spawn(node, [bin, '--port', String(port), '--store', store, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: leadsGroup,
      env: { ...environmentWithoutLoom(), ...env },
    });
    this.#child = child;
    this.#exited = once(child, 'close');
    const [stdoutBefore, stderrBefore] = [this.#stdout.length, this.#stderr.length];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr += text;
    });
    await this.#untilItAnswers(() => this.#stdout.slice(stdoutBefore) + this.#stderr.slice(stderrBefore));
  }

  async #untilItAnswers(output: () => string): Promise<void> {
    const deadline = Date.now() + PATIENCE_MS;
    for (;;) {
      const url = ADDRESS.exec(output())?.[1];
      if (url !== undefined && (await answers(url))) {
        this.#url = url;
        return;
      }
      if (!this.isRunning || Date.now() > deadline) {
        await this.kill('SIGKILL');
        throw new Error(`the server did not start:\n${this.#stderr}${this.#stdout}`);
      }
      await delay(POLL_MS);
    }
  }
}

function environmentWithoutLoom(): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LOOM_')));
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/healthz`);
    await response.arrayBuffer();
    return response.ok;
  } catch {
    // Not yet: the caller asks again.
    return false;
  }
}
