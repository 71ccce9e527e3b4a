import type { BackoffOptions, ConnectionEvent } from '../client';
import { ConnectionNotices } from './connection-notices';
import { parseDuration } from './duration';
import type { Flags } from './flags';
import type { Io } from './io';

/** How a command that reads reconnects: it says so, and goes on until `--give-up-after`. @throws UsageError */
export function reconnectionOf(
  flags: Flags,
  io: Io,
): Pick<BackoffOptions, 'giveUpAfterMs'> & { readonly onEvent: (event: ConnectionEvent) => void } {
  const giveUpAfter = flags.text('give-up-after');
  return {
    onEvent: new ConnectionNotices(io).onEvent,
    ...(giveUpAfter !== undefined && { giveUpAfterMs: parseDuration(giveUpAfter) }),
  };
}
