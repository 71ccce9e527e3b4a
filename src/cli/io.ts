import type { Readable, Writable } from 'node:stream';

export type StopSignal = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/** All that a command knows of the process it runs in. */
export interface Io {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean };
  readonly stderr: Writable;
  /** From the first call on the signals no longer end the process. */
  readonly onSignal: (listener: (signal: StopSignal) => void) => void;
}

/** Resolves once the stream has passed the bytes on: awaiting it is the backpressure. @throws as the stream does, such as `EPIPE` */
export function write(to: Writable, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    to.write(bytes, (error) => (error ? reject(error) : resolve()));
  });
}

/** Whether the reader of our output has left, as `head` does. */
export function isBrokenPipe(error: unknown): boolean {
  return hasCode(error, 'EPIPE') || hasCode(error, 'ERR_STREAM_DESTROYED');
}

export function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

/** Talk goes to stderr, a line at a time. Nobody waits for it, and nothing can be done about a stderr that is gone. */
export function say(io: Io, text: string): void {
  io.stderr.write(`stream: ${text}\n`);
}
