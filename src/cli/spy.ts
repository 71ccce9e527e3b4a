import { checkedChoice } from './arguments/checked-choice';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { wantsColor } from './arguments/wants-color';
import type { Io } from './output/io';
import { writeOutput } from './output/write-output';
import { reconnectionOf } from './reconnection';

/** Runs `stream spy`, until a signal or until the reader closes the output. */
export async function spy(invocation: Invocation, io: Io): Promise<number> {
  const { flags } = invocation;
  const prefix = flags.text('prefix');
  const from = checkedChoice('--from', ['start', 'now'], flags.text('from') ?? 'now');
  const pieces = clientOf(invocation).spy({
    from,
    style: wantsColor(flags, io) ? 'color' : 'plain',
    ...reconnectionOf(flags, io),
    ...(prefix !== undefined && { prefix }),
  });
  await writeOutput(pieces, io, flags.choice('raw') === true ? 'raw' : 'safe');
  throw new Error('the spy stream ended');
}
