import { readFileSync } from 'node:fs';
import { LoomProcess, type LoomProcessOptions } from '../support/loom-process';
import { eventually } from './eventually';
import type { Stage } from './stage';

/** A server of two workers, and what can be seen of them from outside. */
export class Workers {
  private constructor(readonly loom: LoomProcess) {}

  /** Resolves once both listen. */
  static async start(
    stage: Stage,
    store: string,
    options: Partial<LoomProcessOptions> = {},
  ): Promise<Workers> {
    const args = ['--workers', '2', ...(options.args ?? [])];
    const loom = await LoomProcess.start({ store, ...options, args });
    const workers = new Workers(loom);
    stage.add(loom, () => loom.isRunning && loom.kill('SIGKILL'));
    await workers.logged('all workers listen', 1);
    // Whatever the test has done to the primary.
    for (const pid of workers.pids) stage.add(pid, () => isAlive(pid) && process.kill(pid, 'SIGKILL'));
    return workers;
  }

  get url(): string {
    return this.loom.url;
  }

  /** Of the workers that live now. */
  get pids(): readonly number[] {
    const { pid } = this.loom;
    return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
  }

  /** The lines of the log with this message. */
  lines(msg: string): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.loom.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line)).filter((line) => line.msg === msg);
  }

  /** Resolves with the lines of the log with this message, once there are so many. */
  async logged(msg: string, count: number): Promise<readonly Readonly<Record<string, unknown>>[]> {
    await eventually(`${count} x ${JSON.stringify(msg)} is logged`, () => this.lines(msg).length >= count);
    return this.lines(msg);
  }
}

/** A zombie, whose exit its parent has not read yet, is not alive. */
export function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    // There is no such process.
    return false;
  }
}
