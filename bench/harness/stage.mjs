import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child } from './child.mjs';
import { HOME } from './home.mjs';
import { freePort, waitForPort } from './ports.mjs';
import { redisCli, untilLoaded } from './redis-info.mjs';

/** What a target gets to start its processes with: they end, and their files go, when the stage is cleared. */
export class Stage {
  #children = [];
  #started = 0;

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
      number: this.#started++,
      env,
      ...(cwd && { cwd }),
    });
    this.#children.push(child);
    await waitForPort(port, child, startMs);
    return child;
  }

  /** A Node script that takes its port as the first argument. @returns what a target's `start` returns */
  async node(script, args = [], node = process.execPath) {
    const port = await freePort();
    const child = await this.serve(node, [script, port, ...args], port);
    return { port, pids: [child.pid] };
  }

  /** Ends one of the children, so that it is no casualty. */
  async end(child) {
    await child.stop();
    this.#children = this.#children.filter((each) => each !== child);
  }

  /** A Redis of the target's own. It keeps nothing on disk unless `fsync` is given: `everysec` or `always`. */
  async redis({ fsync } = {}) {
    const port = await freePort();
    const args = ['--port', port, '--bind', '127.0.0.1', '--save', '', '--dir', this.folder];
    args.push('--maxclients', 15_000, '--appendonly', fsync ? 'yes' : 'no');
    if (fsync) args.push('--appendfsync', fsync);
    let child = await this.serve('redis-server', args, port);
    const redis = { port, pid: child.pid, url: `redis://127.0.0.1:${port}` };
    /** Ends it with what it has on disk, and starts it again with that. */
    redis.restart = async () => {
      if (!fsync) await redisCli(port, 'SAVE');
      await this.end(child);
      child = await this.serve('redis-server', args, port);
      redis.pid = child.pid;
      await untilLoaded(port);
    };
    return redis;
  }

  async clear() {
    for (const child of this.#children.reverse()) await child.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
