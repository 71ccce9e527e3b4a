import type { CommandOption, Invocation } from '../arguments/command';
import { UsageError } from '../arguments/usage-error';
import { type Io, say } from '../output/io';
import { printable } from '../output/printable';
import { secretsOfEnv, secretsOfFiles } from './find-secrets';
import { RedactionTally, Redactor } from './redactor';
import { SECRET_BYTES_MIN } from './secret-forms';
import { type Secret, SecretIndex } from './secret-index';

/** The options of the commands that send. */
export const REDACT_OPTIONS: Readonly<Record<string, CommandOption>> = {
  'redact-env': {
    value: 'PATTERNS',
    isRepeatable: true,
    description:
      "send *** in place of the values of these variables, such as '*_TOKEN,*_SECRET,*_PASSWORD,*_KEY'",
  },
  'redact-file': {
    value: 'FILE',
    isRepeatable: true,
    description: 'send *** in place of the content of FILE, and of each line of it',
  },
};

/** Takes bytes that are redacted on their way. */
export interface RedactedSink {
  write(piece: Uint8Array): Promise<void>;
  /** Passes on what was held back. */
  end(): Promise<void>;
}

/** The secrets of a command: nothing that it sends has them. */
export class Redaction {
  readonly #index: SecretIndex;
  readonly #tally = new RedactionTally();

  private constructor(
    private readonly secrets: readonly Secret[],
    private readonly io: Io,
  ) {
    this.#index = new SecretIndex(secrets);
  }

  /** @returns `undefined` without the options @throws UsageError if a file cannot be read, or the rest of the command line has a secret */
  static async of({ flags, operands }: Invocation, io: Io): Promise<Redaction | undefined> {
    const [lists, paths] = [flags.texts('redact-env'), flags.texts('redact-file')];
    if (lists.length === 0 && paths.length === 0) return undefined;
    const found = [...secretsOfEnv(lists, io.env), ...(await secretsOfFiles(paths))];
    const isShort = ({ value }: Secret): boolean => value.toString('latin1').trim().length < SECRET_BYTES_MIN;
    const short = found.filter((secret) => secret.value.length > 0 && isShort(secret));
    if (short.length > 0)
      say(
        io,
        `not redacted, because shorter than ${SECRET_BYTES_MIN} bytes: ${short.map(({ name }) => printable(name)).join(', ')}`,
      );
    const redaction = new Redaction(
      found.filter((secret) => !isShort(secret)),
      io,
    );
    redaction.#refuse('the metadata', flags.text('metadata'));
    redaction.#refuse('the ID', flags.text('id') ?? operands[0]);
    return redaction;
  }

  /** Each source of bytes has its own: what one has written is not the beginning of what another writes. */
  into(write: (bytes: Uint8Array) => Promise<void>): RedactedSink {
    const redactor = new Redactor(this.#index, this.#tally);
    const pass = async (bytes: Uint8Array): Promise<void> => {
      if (bytes.length > 0) await write(bytes);
    };
    return { write: (piece) => pass(redactor.push(piece)), end: () => pass(redactor.end()) };
  }

  /** Prints what was redacted. */
  summarize(): void {
    const { places, counts } = this.#tally;
    const names = [...counts].map(([name, count]) => `${printable(name)} (${count})`).join(', ');
    const count = places === 1 ? '1 place' : `${places} places`;
    const values = this.secrets.length === 1 ? '1 value' : `${this.secrets.length} values`;
    say(this.io, places === 0 ? `redacted nothing: looked for ${values}` : `redacted ${count}: ${names}`);
  }

  /** A changed ID or metadata would surprise other programs. @throws UsageError */
  #refuse(what: string, text = ''): void {
    const [match] = this.#index.search(Buffer.from(text), true).matches;
    if (match !== undefined)
      throw new UsageError(`${what} has the value of ${match.names.map(printable).join(', ')}`);
  }
}

/** @returns where the bytes of one source go, redacted if there is a redaction */
export function sinkFor(
  redaction: Redaction | undefined,
  write: (bytes: Uint8Array) => Promise<void>,
): RedactedSink {
  return redaction?.into(write) ?? { write, end: async () => {} };
}
