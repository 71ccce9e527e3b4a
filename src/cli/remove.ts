import { isClientError, type ListedStream, type LoomClient } from '../client';
import { ageText, sizeText } from '../words/quantities';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { parseDuration } from './arguments/duration';
import type { Flags } from './arguments/flags';
import { UsageError } from './arguments/usage-error';
import { EXIT } from './exit-code';
import { errorText } from './output/error-text';
import { type Io, say, write } from './output/io';
import { printable } from './output/printable';
import { ServerQuestions } from './server/server-questions';

const PAGE_SIZE = 1_000;

/** Which streams are removed. */
interface Removal {
  readonly prefix: string;
  readonly isTrial: boolean;
  /** Whether open streams are removed as well. */
  readonly takesOpen: boolean;
  /** Only streams that did not change since then, in Unix milliseconds of the server's clock. */
  readonly unchangedSince: number;
  /** The present, by the same clock. */
  readonly now: number;
}

/** Runs `stream rm`. @returns the exit code */
export async function remove(invocation: Invocation, io: Io): Promise<number> {
  const { flags, operands } = invocation;
  const [id] = operands;
  const prefix = flags.text('prefix');
  assertBounded(id, prefix, flags);
  const client = clientOf(invocation);
  if (prefix !== undefined) return removeAll(client, await removalOf(invocation, prefix), io);
  const isTrial = flags.choice('dry-run') === true;
  if (isTrial) await client.info(id ?? '');
  else await client.remove(id ?? '');
  // To a script, the exit code says it.
  if (isTrial || io.stdout.isTTY)
    await write(io.stdout, `${isTrial ? 'would remove' : 'removed'} ${printable(id ?? '')}\n`);
  return EXIT.ok;
}

/** Nothing is removed without an id or a prefix. @throws UsageError */
function assertBounded(id: string | undefined, prefix: string | undefined, flags: Flags): void {
  if (id === undefined && prefix === undefined)
    throw new UsageError('an ID or --prefix is missing: it says which streams are removed');
  if (id !== undefined && prefix !== undefined) throw new UsageError('an ID and --prefix exclude each other');
  if (prefix === '') throw new UsageError('--prefix is empty: that would be every stream');
  if (prefix !== undefined) return;
  for (const name of ['older-than', 'force'])
    if (flags.text(name) !== undefined || flags.choice(name) !== undefined)
      throw new UsageError(`--${name} goes with --prefix, not with an ID`);
}

async function removalOf(invocation: Invocation, prefix: string): Promise<Removal> {
  const { flags } = invocation;
  const olderThan = flags.text('older-than');
  const age = olderThan === undefined ? undefined : parseDuration(olderThan, '--older-than');
  // The clock of this machine may be days ahead.
  const now = (await new ServerQuestions(invocation).reach()) ?? Date.now();
  return {
    prefix,
    isTrial: flags.choice('dry-run') === true,
    takesOpen: flags.choice('force') === true,
    unchangedSince: age === undefined ? Number.POSITIVE_INFINITY : now - age,
    now,
  };
}

async function removeAll(client: LoomClient, removal: Removal, io: Io): Promise<number> {
  const { isTrial, prefix } = removal;
  const done = { count: 0, bytes: 0, open: 0, failed: 0 };
  for await (const stream of client.list({ prefix, pageSize: PAGE_SIZE })) {
    const choice = choose(stream, removal);
    if (choice === 'open') done.open += 1;
    if (choice !== 'remove') continue;
    try {
      if (!isTrial) await client.remove(stream.id);
    } catch (error) {
      // Another one was quicker.
      if (isClientError(error, 'NOT_FOUND')) continue;
      // Without the server or the permission, the next ones would fail as well.
      if (!isClientError(error) || error.code === 'UNREACHABLE' || error.answerCode === 'forbidden')
        throw error;
      say(io, `${printable(stream.id)}: ${errorText(error)}`);
      done.failed += 1;
      continue;
    }
    done.count += 1;
    done.bytes += stream.bytes;
    await write(io.stdout, lineOf(stream, removal));
  }
  const left =
    done.open === 0 ? '' : `; ${streams(done.open)} open and left (--force removes open ones, too)`;
  say(io, `${isTrial ? 'would remove' : 'removed'} ${streams(done.count)}, ${sizeText(done.bytes)}${left}`);
  return done.failed === 0 ? EXIT.ok : EXIT.failed;
}

function choose(
  { id, state, updatedAt }: ListedStream,
  { prefix, takesOpen, unchangedSince }: Removal,
): 'remove' | 'open' | 'skip' {
  // A server that ignored the prefix would list them all.
  if (!id.startsWith(prefix)) return 'skip';
  const changed = Date.parse(updatedAt);
  if (unchangedSince !== Number.POSITIVE_INFINITY && !(changed <= unchangedSince)) return 'skip';
  return state === 'open' && !takesOpen ? 'open' : 'remove';
}

function lineOf({ id, bytes, updatedAt }: ListedStream, { isTrial, now }: Removal): string {
  const at = Date.parse(updatedAt);
  const age = Number.isNaN(at) ? '' : `, ${ageText(now - at)} old`;
  return `${isTrial ? 'would remove' : 'removed'} ${printable(id)} (${sizeText(bytes)}${age})\n`;
}

function streams(count: number): string {
  return count === 1 ? '1 stream' : `${count} streams`;
}
