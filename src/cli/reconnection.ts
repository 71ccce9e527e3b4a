import type { BackoffOptions, ConnectionEvent } from '../client';
import { parseDuration } from './arguments/duration';
import type { Flags } from './arguments/flags';
import { ConnectionNotices } from './output/connection-notices';
import type { Io } from './output/io';

/** How a command that reads reconnects: it says so, and goes on until `--give-up-after`. @throws UsageError */
export function reconnectionOf(
  flags: Flags,
  io: Io,
): Pick<BackoffOptions, 'giveUpAfterMs'> & { readonly onEvent: (event: ConnectionEvent) => void } {
  const giveUpAfter = flags.text('give-up-after');
  return {
    onEvent: new ConnectionNotices(io, undefined, { canGiveUp: giveUpAfter === undefined }).onEvent,
    ...(giveUpAfter !== undefined && { giveUpAfterMs: parseDuration(giveUpAfter, '--give-up-after') }),
  };
}
