import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);
const OUTPUT_MAX = 64 * 1024 * 1024;
/** `grep` is several times as fast with it as with a language, whatever the file has in it. */
const ENVIRONMENT = { ...process.env, LC_ALL: 'C' };

/** @returns what a command of the shell prints about a file, which it gets as `$1`, and other arguments after that */
export async function outputOf(command, path, ...args) {
  const { stdout } = await run('bash', ['-c', command, 'bash', path, ...args], {
    env: ENVIRONMENT,
    maxBuffer: OUTPUT_MAX,
    encoding: 'buffer',
  });
  return stdout;
}

/** @returns milliseconds of CPU that a command takes, the mean of `times` */
export async function cpuOf(times, command, path, ...args) {
  // Into a file: grep looks for no more than one match if its output goes to /dev/null.
  const loop = `TIMEFORMAT='%3U %3S'; time for ((i = 0; i < ${times}; i++)); do ${command} > "$1.out"; done`;
  const { stderr } = await run('bash', ['-c', loop, 'bash', path, ...args], { env: ENVIRONMENT });
  const [user, system] = stderr.trim().split(' ').map(Number);
  return ((user + system) * 1000) / times;
}
