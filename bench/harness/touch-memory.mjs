import { spawnSync } from 'node:child_process';

/** A server and its store may hold the same bytes, and the kernel some more on their way. */
const TIMES = 4;

/**
 * Takes as much memory as a workload may, and gives it back. A virtual machine's host takes back what was not used for a while, and
 * the first touch of a page is then several times as dear: of two targets that store the same bytes, the first would pay for both.
 * @param bytes that the workload sends
 */
export function touchMemory(bytes) {
  const take = `Buffer.alloc(${TIMES * bytes}, 1)`;
  const { status, signal } = spawnSync(process.execPath, ['-e', take], { stdio: 'inherit' });
  if (status !== 0) throw new Error(`the memory could not be touched: ${signal ?? status}`);
}
