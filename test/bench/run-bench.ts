import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const BENCH = join(__dirname, '../../bench');

/** Runs a script of the benchmark. @returns what it printed. @throws with all of that when it exits with anything but 0 */
export async function runBench(script: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await run(process.execPath, [join(BENCH, script), ...args]);
    return stdout;
  } catch (error) {
    throw new Error(`${script} ${args.join(' ')}\n${outputOf(error)}`, { cause: error });
  }
}

/** The error comes from outside of the test's realm, where it is not an instance of this realm's Error. */
function outputOf(error: unknown): string {
  const { stdout = '', stderr = String(error) } = Object(error);
  return `${stdout}${stderr}`;
}
