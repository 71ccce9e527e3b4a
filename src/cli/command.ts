import type { Flags } from './flags';
import type { Io } from './io';

export interface CommandOption {
  /** What stands for the value in the help text. Absent: the option takes none. */
  readonly value?: string;
  readonly description: string;
}

/** One verb: what it is called with, what it does, and its words in the help. */
export interface Command {
  /** `undefined` for the form without a verb. */
  readonly verb?: string;
  readonly summary: string;
  /** What must follow the server's URL, by name. */
  readonly operands: readonly string[];
  /** Whether a command to run follows after `--`. */
  readonly takesCommand?: boolean;
  readonly options: Readonly<Record<string, CommandOption>>;
  readonly examples: readonly string[];
  readonly run: (invocation: Invocation, io: Io) => Promise<number>;
}

/** A command line, understood. */
export interface Invocation {
  readonly url: string;
  readonly token?: string;
  /** As many as the command names. */
  readonly operands: readonly string[];
  /** What follows `--`, for a command that takes one. */
  readonly command: readonly string[];
  readonly flags: Flags;
}
