import { setTimeout as delay } from 'node:timers/promises';
import type { FollowEnd, LoomClient } from '../client';
import { isClientError } from '../client';
import { memberOf } from '../client/wire/json';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { parseDuration } from './arguments/duration';
import { formOf, partOf } from './arguments/read-flags';
import { buildExit, EXIT } from './exit-code';
import { type Io, say } from './output/io';
import { printable } from './output/printable';
import { reconnectionOf } from './reconnection';
import { showStream } from './show-stream';

/** How often `--wait` asks whether there is an empty stream. */
const ASK_MS = 1_000;

/** Runs `stream follow`. @returns the exit code */
export async function follow(invocation: Invocation, io: Io): Promise<number> {
  const { flags, operands } = invocation;
  const [id = ''] = operands;
  const client = clientOf(invocation);
  const reconnection = reconnectionOf(flags, io);
  const shown = {
    form: formOf(flags),
    isRaw: flags.choice('raw') === true,
    options: { ...partOf(flags), ...reconnection, follow: flags.choice('follow') !== false },
  };
  const wait = flags.text('wait');
  if (wait !== undefined && !(await isThereWithin(client, id, parseDuration(wait, '--wait'), reconnection))) {
    say(io, `the stream ${printable(id)} does not exist after ${wait}`);
    return EXIT.failed;
  }
  const { end, losses, offset } = await showStream(client, id, shown, io);
  if (losses.length > 0) {
    const ranges = losses.map(({ from, to }) => `${from} to ${to}`).join(', ');
    say(
      io,
      `the output differs from the stream, which ended as ${end?.outcome ?? 'unknown'}: the server lost bytes ${ranges}`,
    );
    return EXIT.lost;
  }
  const isAsked = flags.choice('exit-code') === true;
  // A part that ends before the stream has come to its end as it should.
  if (end?.isPart && (!isAsked || end.state !== 'closed')) return EXIT.ok;
  if (end?.outcome !== 'complete') {
    say(io, `the stream ended as ${end?.outcome ?? 'unknown'}, after byte ${offset}`);
    return EXIT.incomplete;
  }
  return isAsked ? exitCodeOf(end) : EXIT.ok;
}

function exitCodeOf({ metadata }: FollowEnd): number {
  return buildExit({ exitCode: memberOf(metadata, 'exitCode'), signal: memberOf(metadata, 'signal') });
}

/** Waits for a stream that may not exist yet. Its first byte may come much later. */
async function isThereWithin(
  client: LoomClient,
  id: string,
  timeoutMs: number,
  reconnection: ReturnType<typeof reconnectionOf>,
): Promise<boolean> {
  const done = new AbortController();
  const { signal } = done;
  const options = { for: 'bytes', create: true, timeoutMs, signal, ...reconnection } as const;
  // The server reports the first byte, or the end, at once, but an empty stream only when asked.
  const waiting = client.wait(id, options).then(async (result) => result !== undefined || exists(client, id));
  const asking = untilItExists(client, id, signal);
  // What comes after the answer of the other is its abort.
  for (const either of [waiting, asking]) either.catch(() => {});
  try {
    return await Promise.race([waiting, asking]);
  } finally {
    done.abort();
  }
}

async function untilItExists(client: LoomClient, id: string, signal: AbortSignal): Promise<boolean> {
  for (;;) {
    try {
      if (await exists(client, id, signal)) return true;
    } catch (error) {
      // The other request reports it, and gives up.
      if (!isClientError(error, 'UNREACHABLE') && !isClientError(error, 'BUSY')) throw error;
    }
    await delay(ASK_MS, undefined, { signal });
  }
}

async function exists(client: LoomClient, id: string, signal?: AbortSignal): Promise<boolean> {
  try {
    await client.head(id, { signal });
    return true;
  } catch (error) {
    if (isClientError(error, 'NOT_FOUND')) return false;
    throw error;
  }
}
