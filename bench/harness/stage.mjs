import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.mjs';
import { HOME } from './home.mjs';
import { freePort, waitForPort } from './ports.mjs';

/** What a target gets to start its processes with: they end, and their files go, when the stage is cleared. */
export class Stage {
  #children = [];

  /** @param sizes how much the workloads will send; see workloads/sizes.mjs */
  constructor(sizes) {
    this.sizes = sizes;
    mkdirSync(HOME, { recursive: true });
    /** A folder of its own, for its data. */
    this.folder = mkdtempSync(join(HOME, 'run-'));
  }

  /** The first child that ended without having been told to. */
  get casualty() {
    return this.#children.find((child) => child.hasEnded);
  }

  /** Starts a program and waits until it accepts connections on `port`, for `startMs` at most. */
  async serve(command, args, port, { cwd, env, startMs } = {}) {
    const child = new Child(command, args, {
      folder: this.folder,
      number: this.#children.length,
      env,
      ...(cwd && { cwd }),
    });
    this.#children.push(child);
    await waitForPort(port, child, startMs);
    return child;
  }

  /** A Node script that takes its port as the first argument. @returns what a target's `start` returns */
  async node(script, args = []) {
    const port = await freePort();
    const child = await this.serve(process.execPath, [script, port, ...args], port);
    return { port, pids: [child.pid] };
  }

  /** A Redis of the target's own. It keeps nothing on disk unless `aof` is set. */
  async redis({ aof = false } = {}) {
    const port = await freePort();
    const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', this.folder];
    args.push('--appendonly', aof ? 'yes' : 'no', '--maxclients', 15_000);
    const child = await this.serve('redis-server', args, port);
    return { port, pid: child.pid, url: `redis://127.0.0.1:${port}` };
  }

  async clear() {
    for (const child of this.#children.reverse()) await child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
