import { clientOf } from './client-of';
import type { Invocation } from './command';
import { ConnectionNotices } from './connection-notices';
import type { Io } from './io';
import { UsageError } from './usage-error';
import { wantsColor } from './wants-color';
import { writeOutput } from './write-output';

/** Runs `stream spy`, until a signal or until the reader closes the output. */
export async function spy(invocation: Invocation, io: Io): Promise<number> {
  const { flags } = invocation;
  const prefix = flags.text('prefix');
  const from = flags.text('from') ?? 'now';
  if (from !== 'start' && from !== 'now') throw new UsageError(`--from must be start or now: "${from}"`);
  const pieces = clientOf(invocation).spy({
    from,
    style: wantsColor(flags, io) ? 'color' : 'plain',
    onEvent: new ConnectionNotices(io).onEvent,
    ...(prefix !== undefined && { prefix }),
  });
  await writeOutput(pieces, io, flags.choice('raw') === true ? 'raw' : 'safe');
  throw new Error('the spy stream ended');
}
