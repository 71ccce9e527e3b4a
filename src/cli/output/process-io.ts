import { closeSync, fstatSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { isatty } from 'node:tty';
import { FileOutput } from './file-output';
import { takeIgnoredSignals } from './ignored-signals';
import type { Io } from './io';

/** The parts of this process that a command uses. Signals that were ignored at its start stay ignored. */
export function processIo(): Io {
  const ignoredSignals = takeIgnoredSignals(process.env);
  for (const signal of ignoredSignals) process.on(signal, () => {});
  return {
    argv: process.argv.slice(2),
    env: process.env,
    // Opened only by a command that reads it: `stream run` leaves standard input to the command that it runs.
    get stdin() {
      // Node would read a directory as an empty input.
      if (fstatSync(0).isDirectory()) throw new Error('standard input is a directory');
      return process.stdin;
    },
    stdout: outputOf(1, () => process.stdout),
    stderr: outputOf(2, () => process.stderr),
    ignoredSignals,
    hasTerminalInput: isatty(0),
    inputBytes: sizeOfFile(0),
    hasOneOutput: isSameFile(1, 2),
    onSignal(signals, listener) {
      for (const signal of signals)
        if (!ignoredSignals.includes(signal)) process.on(signal, () => listener(signal));
    },
  };
}

/** Ends the process, and never returns. */
export function exit(code: number): never {
  // Node gives a terminal its modes back at the end. It aborts if that fails, as with a terminal that has gone away; nothing here leaves modes changed.
  for (const fd of [0, 1, 2]) if (isTerminalOrGone(fd)) closeSync(fd);
  // Idle connections and unread input would keep the process alive.
  process.exit(code);
}

function outputOf<Standard extends Writable>(fd: number, standard: () => Standard): Standard | FileOutput {
  return FileOutput.isFor(fd) ? new FileOutput(fd) : standard();
}

/** A terminal that has gone away is no longer one to `isatty`. */
function isTerminalOrGone(fd: number): boolean {
  try {
    return fstatSync(fd).isCharacterDevice();
  } catch {
    // The descriptor is closed.
    return false;
  }
}

function isSameFile(one: number, other: number): boolean {
  const [a, b] = [fstatSync(one, { bigint: true }), fstatSync(other, { bigint: true })];
  return a.dev === b.dev && a.ino === b.ino;
}

function sizeOfFile(fd: number): number | undefined {
  try {
    const stats = fstatSync(fd);
    return stats.isFile() ? stats.size : undefined;
  } catch {
    // The descriptor is closed.
    return undefined;
  }
}
