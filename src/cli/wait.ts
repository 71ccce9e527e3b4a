import type { WaitOptions, WaitResult } from '../client';
import { isClientError } from '../client';
import { checkedChoice } from './arguments/checked-choice';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { parseDuration } from './arguments/duration';
import type { Flags } from './arguments/flags';
import { checkedPattern } from './arguments/pattern';
import { UsageError } from './arguments/usage-error';
import { buildExit, EXIT } from './exit-code';
import { type Io, say, write } from './output/io';
import { printable } from './output/printable';
import { reconnectionOf } from './reconnection';

type Target = NonNullable<WaitOptions['for']>;
const TARGETS: readonly Target[] = ['closed', 'line', 'bytes'];

/** Runs `stream wait`. @returns the exit code */
export async function wait(invocation: Invocation, io: Io): Promise<number> {
  const { flags, operands } = invocation;
  const [id = ''] = operands;
  const wanted = wantedOf(flags);
  const timeout = flags.text('timeout');
  const result = await untilGone(
    clientOf(invocation).wait(id, {
      ...wanted,
      ...reconnectionOf(flags, io),
      ...(timeout !== undefined && { timeoutMs: parseDuration(timeout, '--timeout') }),
      create: flags.choice('create') === true,
    }),
  );
  if (result === 'gone') {
    say(io, 'the stream was deleted or replaced');
    return EXIT.incomplete;
  }
  if (result === undefined) {
    say(io, `timed out after ${timeout} while waiting for ${printable(id)}`);
    return EXIT.timedOut;
  }
  if (wanted.for !== 'closed' && result.holds) {
    if (result.match !== undefined) await write(io.stdout, `${shown(result.match.text, io)}\n`);
    return EXIT.ok;
  }
  if (result.outcome !== 'complete') {
    say(io, `the stream ended as ${result.outcome ?? result.state}, after byte ${result.bytes}`);
    return EXIT.incomplete;
  }
  if (wanted.for === 'closed') return reportExit(id, result, io);
  say(io, `the stream is complete without what was waited for, after byte ${result.bytes}`);
  return EXIT.failed;
}

/** Names the code of the command, since `stream wait` has exit codes of its own. */
function reportExit(id: string, { exitCode, signal }: WaitResult, io: Io): number {
  const code = buildExit({ exitCode, signal });
  const how = code === exitCode ? `exit code ${code}` : `signal ${printable(String(signal))}`;
  if (code !== EXIT.ok) say(io, `the command of ${printable(id)} ended with ${how}`);
  return code;
}

async function untilGone(waiting: Promise<WaitResult | undefined>): Promise<WaitResult | 'gone' | undefined> {
  try {
    return await waiting;
  } catch (error) {
    if (isClientError(error) && error.answerCode === 'stream_gone') return 'gone';
    throw error;
  }
}

type Wanted = Pick<WaitOptions, 'q' | 'count'> & { readonly for: Target };

function wantedOf(flags: Flags): Wanted {
  const q = flags.text('match');
  const count = flags.count('count');
  const text = flags.text('for') ?? (q === undefined ? 'closed' : 'line');
  const target = checkedChoice('--for', TARGETS, text);
  if (q !== undefined && target !== 'line') throw new UsageError('--match needs --for line');
  if (q !== undefined) checkedPattern('--match', q);
  if (count !== undefined && target === 'closed')
    throw new UsageError('--count needs --for line or --for bytes');
  if (count === 0) throw new UsageError('--count must be at least 1');
  return { for: target, ...(q !== undefined && { q }), ...(count !== undefined && { count }) };
}

function shown(text: string, { stdout }: Io): string {
  return stdout.isTTY === true ? printable(text) : text;
}
