import type { LineMatch, LoomClient, MatchOptions, SearchTarget } from '../client';
import { isClientError } from '../client';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import type { Flags } from './arguments/flags';
import { checkedPattern } from './arguments/pattern';
import { UsageError } from './arguments/usage-error';
import { wantsColor } from './arguments/wants-color';
import { errorText } from './output/error-text';
import { GrepGroups } from './output/grep-groups';
import { GrepLines } from './output/grep-lines';
import { type Io, isBrokenPipe, say } from './output/io';
import { printable } from './output/printable';
import { TextOutput } from './output/text-output';
import { reconnectionOf } from './reconnection';

/** The exit codes of grep. */
const GREP_EXIT = { found: 0, notFound: 1, failed: 2 } as const;

/** How long lines after a match wait for the next one, which may be among them, while a stream is followed. */
const AFTER_MS = 500;

/** The most lines around a match that the server sends. */
const CONTEXT_MAX = 20;

/** Runs `stream grep`. @returns the exit code */
export async function grep(invocation: Invocation, io: Io): Promise<number> {
  const [pattern = '', ...ids] = invocation.operands;
  const search = new Grep(checkedPattern('the pattern', pattern), invocation, io, ids.length !== 1);
  const prefix = invocation.flags.text('prefix');
  return search.run(targetsOf(ids, prefix, invocation.flags));
}

function targetsOf(
  ids: readonly string[],
  prefix: string | undefined,
  flags: Flags,
): readonly SearchTarget[] {
  if (prefix === undefined && ids.length === 0)
    throw new UsageError('an ID or --prefix is missing: stream grep [OPTIONS] [URL] PATTERN ID…');
  if (prefix === undefined) return ids;
  if (ids.length > 0) throw new UsageError('--prefix stands for the IDs: use one of them');
  if (flags.choice('follow')) throw new UsageError('--follow needs an ID in place of --prefix');
  return [{ prefix }];
}

class Grep {
  readonly #client: LoomClient;
  readonly #options: MatchOptions;
  readonly #lines: GrepLines;
  readonly #output: TextOutput;
  readonly #countsOnly: boolean;
  #hasGroups = false;
  #found = 0;
  #hasFailed = false;

  constructor(
    private readonly pattern: string,
    invocation: Invocation,
    private readonly io: Io,
    withIds: boolean,
  ) {
    const { flags } = invocation;
    this.#client = clientOf(invocation);
    this.#output = new TextOutput(io);
    this.#countsOnly = flags.choice('count') === true;
    this.#lines = new GrepLines({
      withIds,
      withNumbers: flags.choice('line-number') === true,
      hasColor: wantsColor(flags, io),
      isTerminal: io.stdout.isTTY === true,
      isRaw: flags.choice('raw') === true,
    });
    this.#options = {
      ...matchOptionsOf(flags),
      ...reconnectionOf(flags, io),
      signal: this.#output.signal,
      onUnreadable: (_id, failure) => this.#fail(failure),
    };
  }

  async run(targets: readonly SearchTarget[]): Promise<number> {
    // Streams that are followed do not wait for each other.
    if (this.#options.follow) await Promise.all(targets.map((target) => this.#search(target)));
    else for (const target of targets) await this.#search(target);
    await this.#output.flush();
    if (this.#hasFailed) return GREP_EXIT.failed;
    return this.#found > 0 ? GREP_EXIT.found : GREP_EXIT.notFound;
  }

  /** One stream that cannot be read does not hide the others. @throws the error of the output; UsageError */
  async #search(target: SearchTarget): Promise<void> {
    try {
      await (this.#countsOnly ? this.#count(target) : this.#show(target));
    } catch (error) {
      if (isBrokenPipe(error) || error instanceof UsageError) throw error;
      if (isClientError(error, 'INVALID')) throw error;
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    // The only parameter that was not checked here is the expression.
    const [, reason] = /^q is not a regular expression: (.*)/s.exec(message) ?? [];
    say(
      this.io,
      reason === undefined
        ? errorText(error)
        : `the pattern is not a regular expression: ${printable(reason)}`,
    );
    this.#hasFailed = true;
  }

  async #show(target: SearchTarget): Promise<void> {
    let groups: GrepGroups | undefined;
    let shownId: string | undefined;
    let timer: NodeJS.Timeout | undefined;
    // The error is that of the signal.
    const flush = (): void => void this.#output.write(groups?.flush() ?? '').catch(() => {});
    try {
      for await (const match of this.#client.matches(target, this.pattern, this.#options)) {
        clearTimeout(timer);
        const id = idOf(match, target);
        if (groups === undefined || id !== shownId) {
          await this.#output.write(groups?.flush() ?? '');
          groups = new GrepGroups(id, this.#lines, () => this.#beginGroup());
          shownId = id;
        }
        this.#found += 1;
        await this.#output.write(groups.add(match));
        if (this.#options.follow) timer = setTimeout(flush, AFTER_MS);
      }
    } finally {
      clearTimeout(timer);
      await this.#output.write(groups?.flush() ?? '');
    }
  }

  async #count(target: SearchTarget): Promise<void> {
    // Lines that are still to come can only be counted as they come.
    if (this.#options.follow) return this.#countLive(target);
    const { follow: _, ...options } = this.#options;
    for await (const { id, matches } of this.#client.countMatches(target, this.pattern, options)) {
      this.#found += matches;
      await this.#output.write(this.#lines.count(id, matches));
    }
  }

  async #countLive(target: SearchTarget): Promise<void> {
    const counts = new Map<string, number>(typeof target === 'string' ? [[target, 0]] : []);
    for await (const match of this.#client.matches(target, this.pattern, this.#options)) {
      const id = idOf(match, target);
      counts.set(id, (counts.get(id) ?? 0) + 1);
      this.#found += 1;
    }
    for (const [id, count] of counts) await this.#output.write(this.#lines.count(id, count));
  }

  #beginGroup(): string {
    const isFirst = !this.#hasGroups;
    this.#hasGroups = true;
    return isFirst ? '' : this.#lines.gap;
  }
}

function idOf({ id }: LineMatch, target: SearchTarget): string {
  return id ?? (typeof target === 'string' ? target : '');
}

/** @throws UsageError */
function matchOptionsOf(flags: Flags): MatchOptions {
  const context = flags.count('context');
  if (context !== undefined && context > CONTEXT_MAX)
    throw new UsageError(`--context must be at most ${CONTEXT_MAX}: "${context}"`);
  return {
    ignoreCase: flags.choice('ignore-case') === true,
    regex: flags.choice('extended-regexp') === true,
    invert: flags.choice('invert-match') === true,
    follow: flags.choice('follow') === true,
    ...(context !== undefined && !flags.choice('count') && { context }),
  };
}
