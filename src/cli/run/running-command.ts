import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { hasCode } from '../output/io';

/** How a command ended. */
export type CommandEnd = { readonly exitCode: number } | { readonly signal: NodeJS.Signals };

/** One output of a command. */
export interface CommandOutput {
  readonly from: Readable;
  readonly to: 'stdout' | 'stderr';
}

/** Which processes belong to a command. */
export interface CommandProcesses {
  /** The process that gets the signals. */
  readonly leader: number | undefined;
  /** Whether signals go to its whole process group, which is not that of this process. */
  readonly hasGroup: boolean;
  /** Whether it is in the process group of this process. */
  readonly sharesGroup: boolean;
}

/** How long the processes of a group have to end after SIGTERM, and how often that is checked. */
const GROUP_GRACE_MS = 5_000;
const GROUP_CHECK_MS = 50;

/** A command that was started. */
export class RunningCommand {
  /** Resolves when it has ended. Its background processes may go on. */
  readonly ended: Promise<CommandEnd>;
  #end: CommandEnd | undefined;

  constructor(
    child: ChildProcess,
    readonly outputs: readonly CommandOutput[],
    private readonly processes: CommandProcesses,
  ) {
    this.ended = once(child, 'exit').then(() => {
      this.#end =
        child.signalCode === null ? { exitCode: child.exitCode ?? 1 } : { signal: child.signalCode };
      return this.#end;
    });
    this.ended.catch(() => {
      // Starting it has reported the same error.
    });
  }

  get sharesGroup(): boolean {
    return this.processes.sharesGroup;
  }

  get isRunning(): boolean {
    return this.#end === undefined;
  }

  /** Sends a signal to the command, and to its group if it has its own. */
  signal(signal: NodeJS.Signals): void {
    this.#kill(signal);
  }

  /** Ends what is left of its own process group: by SIGTERM, and later by SIGKILL. */
  async endGroup(): Promise<void> {
    const until = performance.now() + GROUP_GRACE_MS;
    for (let isLeft = this.#kill('SIGTERM'); isLeft; isLeft = this.#kill(0)) {
      if (performance.now() > until) {
        this.#kill('SIGKILL');
        return;
      }
      await delay(GROUP_CHECK_MS);
    }
  }

  /** @returns whether there was a process that got it */
  #kill(signal: NodeJS.Signals | 0): boolean {
    const { leader, hasGroup } = this.processes;
    // After its end, its id may be that of another process; the id of a group is kept until all of its processes have ended.
    if (leader === undefined || (!hasGroup && !this.isRunning)) return false;
    try {
      return process.kill(hasGroup ? -leader : leader, signal);
    } catch (error) {
      if (hasCode(error, 'ESRCH') || hasCode(error, 'EPERM')) return false;
      throw error;
    }
  }
}
