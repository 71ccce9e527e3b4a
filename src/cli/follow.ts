import { type FollowEnd, memberOf } from '../client';
import { clientOf } from './client-of';
import type { Invocation } from './command';
import { ConnectionNotices } from './connection-notices';
import { parseDuration } from './duration';
import { EXIT, signalExit } from './exit-code';
import { type Io, say } from './io';
import { writeOutput } from './write-output';

/** Runs `stream follow`. @returns the exit code */
export async function follow(invocation: Invocation, io: Io): Promise<number> {
  const { flags, operands } = invocation;
  const [id = ''] = operands;
  const offset = flags.count('offset');
  const giveUpAfter = flags.text('give-up-after');
  const following = clientOf(invocation).follow(id, {
    onEvent: new ConnectionNotices(io).onEvent,
    ...(offset !== undefined && { offset }),
    ...(giveUpAfter !== undefined && { giveUpAfterMs: parseDuration(giveUpAfter) }),
  });
  await writeOutput(following, io, flags.choice('raw') === true ? 'raw' : 'safe');
  const { end, losses } = following;
  if (losses.length > 0) {
    const ranges = losses.map(({ from, to }) => `${from} to ${to}`).join(', ');
    say(
      io,
      `the output differs from the stream, which ended as ${end?.outcome ?? 'unknown'}: the server lost bytes ${ranges}`,
    );
    return EXIT.lost;
  }
  if (end?.outcome !== 'complete') {
    say(io, `the stream ended as ${end?.outcome ?? 'unknown'}, after byte ${following.offset}`);
    return EXIT.incomplete;
  }
  return flags.choice('exit-code') ? exitCodeOf(end) : EXIT.ok;
}

/** The exit code that `stream run` stored in the metadata. Without one, the command succeeded. */
function exitCodeOf({ metadata }: FollowEnd): number {
  const code = memberOf(metadata, 'exitCode');
  if (typeof code === 'number' && Number.isInteger(code) && code >= 0 && code <= 255) return code;
  const signal = memberOf(metadata, 'signal');
  return typeof signal === 'string' ? signalExit(signal) : EXIT.ok;
}
