import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** @returns what redis-cli prints */
export async function redisCli(port, ...command) {
  const { stdout } = await run('redis-cli', ['-p', String(port), ...command.map(String)]);
  return stdout.trim();
}

/** Connections that clients have to a Redis, without the one that asks. */
export async function connectionsOf(port) {
  const info = await redisCli(port, 'INFO', 'clients');
  return Number(/connected_clients:(\d+)/.exec(info)[1]) - 1;
}
