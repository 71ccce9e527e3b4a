import { constants } from 'node:os';

/** The environment variable in which the shell lines of `bin/stream` pass on what Linux has in `SigIgn`: Node resets it before any code of ours runs. */
const VARIABLE = 'STREAM_SIGIGN';

/** No process can ignore these, and `SIGCHLD` is not ours to ignore: it reports the end of the command. */
const EXCEPT: ReadonlySet<string> = new Set(['SIGKILL', 'SIGSTOP', 'SIGCHLD']);

/** Takes the signals that the process was started to ignore, as by `nohup` or `trap '' HUP`, from its environment. */
export function takeIgnoredSignals(env: NodeJS.ProcessEnv): readonly NodeJS.Signals[] {
  const mask = env[VARIABLE] ?? '';
  delete env[VARIABLE];
  if (!/^[0-9a-f]{1,16}$/i.test(mask)) return [];
  const bits = BigInt(`0x${mask}`);
  const names = Object.keys(constants.signals).filter(isSignal);
  return names.filter((name) => !EXCEPT.has(name) && isSet(bits, constants.signals[name]));
}

function isSet(bits: bigint, signal: number): boolean {
  return ((bits >> BigInt(signal - 1)) & 1n) === 1n;
}

function isSignal(name: string): name is NodeJS.Signals {
  return name in constants.signals;
}
