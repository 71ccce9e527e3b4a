import type { Io } from '../output/io';
import type { Flags } from './flags';

/** One option of a command, as the help shows it. */
export interface CommandOption {
  /** The placeholder of the value, such as `DURATION`. Absent if the option takes none. */
  readonly value?: string;
  /** The values that it may have, if they are few. */
  readonly choices?: readonly string[];
  /** Whether it may be given several times. */
  readonly isRepeatable?: boolean;
  /** Its name of one letter. */
  readonly short?: string;
  readonly description: string;
}

/** One verb of the command line: its arguments, its help, and its function. */
export interface Command {
  /** Absent for `stream URL ID`. */
  readonly verb?: string;
  /** Other names of the verb. */
  readonly aliases?: readonly string[];
  readonly summary: string;
  /** The names of the arguments that follow the server's URL. The last may be `NAME…`, for one or more, `[NAME…]`, for any number, or `[NAME]`, for one or none. */
  readonly operands: readonly string[];
  /** Whether it needs no server. */
  readonly isLocal?: boolean;
  /** The words that each operand may be, if they are few. */
  readonly operandChoices?: readonly (readonly string[])[];
  /** Whether the operands are a file and a stream, in either order. */
  readonly copies?: boolean;
  /** Whether a command to run follows `--`. */
  readonly takesCommand?: boolean;
  readonly options: Readonly<Record<string, CommandOption>>;
  readonly examples: readonly string[];
  /** The option that waits for a stream that does not exist yet. */
  readonly waitsWith?: string;
  readonly run: (invocation: Invocation, io: Io) => Promise<number>;
}

/** A command that has a verb. */
export type VerbCommand = Command & { readonly verb: string };

/** Renders how the command is called. */
export function usageOf({ verb, operands, takesCommand, isLocal }: Command): string {
  const words = [
    'stream',
    verb,
    '[OPTIONS]',
    isLocal ? undefined : '[URL]',
    ...operands,
    takesCommand ? '-- COMMAND [ARGUMENT…]' : undefined,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

/** The command line that prints the help of a command. */
export function helpCommandOf({ verb }: Command): string {
  return verb === undefined ? 'stream --help' : `stream ${verb} --help`;
}

/** A parsed command line. */
export interface Invocation {
  readonly url: string;
  readonly token?: string;
  /** As many as the command's `operands` allow. */
  readonly operands: readonly string[];
  /** The words after `--`. */
  readonly command: readonly string[];
  readonly flags: Flags;
  /** What the user should know of the settings. */
  readonly warning?: string;
}
