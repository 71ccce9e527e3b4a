import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { defaultSettings } from '../../harness/default-settings.mjs';
import { dropCache } from '../../harness/drop-cache.mjs';
import { debianProgram } from '../../harness/missing.mjs';
import { freePort } from '../../harness/ports.mjs';

const START_MS = 60_000;
const POLL_MS = 10;

/** What Loom needs beside itself to keep its streams there. */
export const needsOf = (store) =>
  store === 'redis' ? [debianProgram('redis-server'), debianProgram('redis-cli', 'redis-tools')] : [];

/**
 * Starts Loom as anyone would, with the defaults of every setting.
 * @param repository the folder whose bin/loom it is, built
 * @param store `files`, `memory` or `redis`: one of its own
 * @param how `args`: more of its command line. `env`: settings. `node`: the program that runs it. `fsync`: when that Redis syncs
 */
export async function startLoom(stage, repository, store, { fsync, ...how } = {}) {
  const redis = store === 'redis' ? await stage.redis({ fsync }) : undefined;
  const folder = join(stage.folder, 'data');
  const where = redis?.url ?? (store === 'memory' ? 'memory:' : `file:${folder}`);
  const { port, pid } = await startNode(stage, repository, where, how);
  const chill = { files: () => dropCache(folder), redis: () => restartRedis(redis, port) }[store];
  return { port, pids: [pid], redis, chill };
}

/** Loom connects again by itself. */
async function restartRedis(redis, port) {
  await redis.restart();
  const deadline = performance.now() + START_MS;
  while (!(await fetch(`http://127.0.0.1:${port}/readyz`)).ok) {
    if (performance.now() > deadline) throw new Error('Loom did not find its Redis again');
    await delay(POLL_MS);
  }
}

/** The same twice over one Redis: producers are at the first node, readers at the second. */
export async function startTwoNodes(stage, repository) {
  const redis = await stage.redis();
  const first = await startNode(stage, repository, redis.url);
  const second = await startNode(stage, repository, redis.url);
  return { port: first.port, readPort: second.port, pids: [first.pid, second.pid], redis };
}

async function startNode(stage, repository, where, { args = [], env, node = process.execPath } = {}) {
  const port = await freePort();
  const command = [join(repository, 'bin/loom'), '--port', port, '--store', where, ...args];
  const child = await stage.serve(node, command, port, { env: { ...defaultSettings(), ...env } });
  await untilAllListen(child);
  return { port, pid: child.pid };
}

/** The port is open when the first of several workers listens; the banner comes when all do. */
async function untilAllListen(child) {
  const deadline = performance.now() + START_MS;
  while (!child.lastWords().includes('Loom listens on')) {
    if (child.hasEnded || performance.now() > deadline)
      throw new Error(`${child.title} did not start: ${child.lastWords()}`);
    await delay(POLL_MS);
  }
}
