import { execFile } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';

const POLL_MS = 20;
const run = promisify(execFile);

/** @returns what redis-cli prints */
export async function redisCli(port, ...command) {
  const { stdout } = await run('redis-cli', ['-p', String(port), ...command.map(String)]);
  return stdout.trim();
}

/** A Redis accepts connections before it has read what it has on disk. */
export async function untilLoaded(port) {
  while ((await redisCli(port, 'PING')) !== 'PONG') await delay(POLL_MS);
}

/** Connections that clients have to a Redis, without the one that asks. */
export async function connectionsOf(port) {
  const info = await redisCli(port, 'INFO', 'clients');
  return Number(/connected_clients:(\d+)/.exec(info)[1]) - 1;
}
