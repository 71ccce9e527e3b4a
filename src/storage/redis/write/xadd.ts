import { join } from 'node:path';
import type { Link } from '../../../redis/link';
import { Bulk } from '../../../redis/resp/reply-reader';
import { commandWithBytes, encodeCommand, type WireCommand } from '../../../redis/resp/wire-command';
import { scriptSource } from '../../../redis/scripts';
import type { NewEntry } from '../schema/entries';
import type { StreamTarget } from '../schema/stream-target';

/** What a stream is called while entries pass by that it must not get. */
const ASIDE = ':aside';

/** Sent whole, not by their hashes: where Redis had forgotten one, what it guards would be stored unguarded. */
const SET_ASIDE = scriptSource(join(__dirname, 'lua', 'hide-stream'));
const PUT_BACK = scriptSource(join(__dirname, 'lua', 'restore-stream'));

/**
 * Adds entries to a stream that is there: all of them, or none.
 * @returns how long the stream is then, where that was found out on the way
 * @throws Error, also when the stream is not there or does not take them
 */
export function addEntries(
  link: Link,
  target: StreamTarget,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<number | undefined> {
  const [only] = entries;
  // Most appends are this: a line on its way to its followers.
  if (only !== undefined && entries.length === 1)
    return link.send(addition(target, only, stamp)).then(assertId, assertId);
  // In a transaction a Redis that runs full between two entries stores neither: there would be a hole otherwise.
  const adding = entries.map((entry) => addition(target, entry, stamp));
  return link.transact([...adding, encodeCommand('XLEN', target.key)]).then((replies) => {
    for (const reply of replies.slice(0, entries.length)) assertId(reply);
    const length = replies.at(-1);
    return typeof length === 'number' ? length : undefined;
  });
}

/**
 * As `addEntries`, but only to a stream that has `length` entries by then.
 * @throws Error
 */
export async function addEntriesAfter(
  length: number,
  link: Link,
  target: StreamTarget,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<void> {
  const keys = ['2', target.key, `${target.key}${ASIDE}`];
  const replies = await link.transact([
    encodeCommand('EVAL', SET_ASIDE, ...keys, String(length)),
    ...entries.map((entry) => addition(target, entry, stamp)),
    encodeCommand('EVAL', PUT_BACK, ...keys),
  ]);
  const failed = [replies[0], replies.at(-1)].find((reply) => reply instanceof Error);
  if (failed) throw failed;
  for (const reply of replies.slice(1, -1)) assertId(reply);
}

function addition({ head }: StreamTarget, { from, end, parts }: NewEntry, stamp: number): WireCommand {
  const id = `${end}-${stamp}`;
  return commandWithBytes(`${head}$${id.length}\r\n${id}\r\n$1\r\nd\r\n`, parts, end - from);
}

/** "equal or smaller": the entry is there already. "exhausted": the log is sealed. Asking for the tail tells which. */
const REFUSAL = /equal or smaller|exhausted/;

function assertId(reply: unknown): undefined {
  if (reply instanceof Bulk) return undefined;
  throw reply instanceof Error && !REFUSAL.test(reply.message)
    ? reply
    : new Error('the log is not as it was');
}
