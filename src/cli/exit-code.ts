import { constants } from 'node:os';

/** The exit codes. `docs/cli.md` lists when each is used. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** `follow`, `wait`: the stream ended with another outcome than `complete`. */
  incomplete: 3,
  /** `follow`: the server lost bytes that are in the output. */
  lost: 4,
  /** `wait`: the timeout has passed. */
  timedOut: 124,
  cannotRun: 126,
  notFound: 127,
} as const;

/** The exit code for a process that a signal ended, as shells report it: 128 + the signal's number. */
export function signalExit(signal: string): number {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return 128 + (number ?? 0);
}

/** The exit code of a build, from what `stream run` stored in the metadata. Without that, the build succeeded. */
export function buildExit({ exitCode, signal }: { exitCode: unknown; signal: unknown }): number {
  if (typeof exitCode === 'number' && Number.isInteger(exitCode) && exitCode >= 0 && exitCode <= 255)
    return exitCode;
  return typeof signal === 'string' ? signalExit(signal) : EXIT.ok;
}
