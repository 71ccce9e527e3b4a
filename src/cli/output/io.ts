import type { Readable, Writable } from 'node:stream';

/** The signals that end a command. */
export const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** A signal that ends a command. */
export type StopSignal = (typeof STOP_SIGNALS)[number];

/** The parts of the process that a command uses. */
export interface Io {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  /** The end of a line on standard error, by default LF. */
  readonly lineEnd?: string;
  /** The signals that the process was started to ignore. */
  readonly ignoredSignals: readonly NodeJS.Signals[];
  /** Whether standard input is a terminal. */
  readonly hasTerminalInput: boolean;
  /** The size of standard input if it is a regular file. */
  readonly inputBytes?: number | undefined;
  /** Whether standard output and standard error are the same file. */
  readonly hasOneOutput: boolean;
  /** After the first call, these signals no longer end the process. An ignored one is not reported. */
  readonly onSignal: <Signal extends NodeJS.Signals>(
    signals: readonly Signal[],
    listener: (signal: Signal) => void,
  ) => void;
}

/** Resolves when the stream has written the bytes. Awaiting it is the backpressure. @throws the stream's error, such as `EPIPE` */
export function write(to: Writable, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether the reader of the output has closed it, as `head` does. */
export function isBrokenPipe(error: unknown): boolean {
  return hasCode(error, 'EPIPE') || hasCode(error, 'ERR_STREAM_DESTROYED');
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Writes one line to stderr. Does not wait, and ignores errors. */
export function say(io: Io, text: string): void {
  io.stderr.write(`stream: ${text}${io.lineEnd ?? '\n'}`, () => {});
}
