import { constants } from 'node:os';

/** What the process tells its caller. Every use is in `docs/cli.md`. */
export const EXIT = {
  ok: 0,
  failed: 1,
  usage: 2,
  /** `follow`: the stream ended, but not with all of its producer's bytes. */
  incomplete: 3,
  /** `follow`: the server lost bytes that had been written, so the output is not the stream. */
  lost: 4,
  cannotRun: 126,
  notFound: 127,
} as const;

/** The shells' convention for what a signal ended. */
export function signalExit(signal: string): number {
  const number = Object.entries(constants.signals).find(([name]) => name === signal)?.[1];
  return 128 + (number ?? 0);
}
