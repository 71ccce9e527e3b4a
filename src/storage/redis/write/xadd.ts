import { join } from 'node:path';
import type { Link } from '../../../redis/link';
import { Bulk } from '../../../redis/resp/reply-reader';
import { commandWithBytes, encodeCommand, type WireCommand } from '../../../redis/resp/wire-command';
import { scriptSource } from '../../../redis/scripts';
import type { NewEntry } from '../schema/entries';
import type { StreamTarget } from '../schema/stream-target';

/** The suffix of a stream's name while it is hidden from entries that it must not get. */
const HIDDEN = ':aside';

/** Sent as text, not by their hashes: if Redis had forgotten a script, the entries after it would be stored unguarded. */
const HIDE = scriptSource(join(__dirname, 'lua', 'hide-stream'));
const RESTORE = scriptSource(join(__dirname, 'lua', 'restore-stream'));

/** Adds entries: all, or none. @returns the stream's length, if known @throws Error, also if the stream is missing or refuses them */
export function addEntries(
  link: Link,
  target: StreamTarget,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<number | undefined> {
  const [only] = entries;
  // Most appends are one line.
  if (only !== undefined && entries.length === 1)
    return link.send(addition(target, only, stamp)).then(assertId, assertId);
  // A transaction: if Redis ran full between two entries, it would store the first one only.
  const adding = entries.map((entry) => addition(target, entry, stamp));
  return link.transact([...adding, encodeCommand('XLEN', target.key)]).then((replies) => {
    for (const reply of replies.slice(0, entries.length)) assertId(reply);
    const length = replies.at(-1);
    return typeof length === 'number' ? length : undefined;
  });
}

/** As `addEntries`, but only if the stream then has `length` entries. @throws Error */
export async function addEntriesAfter(
  length: number,
  link: Link,
  target: StreamTarget,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<void> {
  const keys = ['2', target.key, `${target.key}${HIDDEN}`];
  const replies = await link.transact([
    encodeCommand('EVAL', HIDE, ...keys, String(length)),
    ...entries.map((entry) => addition(target, entry, stamp)),
    encodeCommand('EVAL', RESTORE, ...keys),
  ]);
  const failed = [replies[0], replies.at(-1)].find((reply) => reply instanceof Error);
  if (failed) throw failed;
  for (const reply of replies.slice(1, -1)) assertId(reply);
}

function addition({ head }: StreamTarget, { from, end, parts }: NewEntry, stamp: number): WireCommand {
  const id = `${end}-${stamp}`;
  return commandWithBytes(`${head}$${id.length}\r\n${id}\r\n$1\r\nd\r\n`, parts, end - from);
}

/** "equal or smaller": the entry exists already. "exhausted": the log is sealed. */
const REFUSAL = /equal or smaller|exhausted/;

function assertId(reply: unknown): undefined {
  if (reply instanceof Bulk) return undefined;
  throw reply instanceof Error && !REFUSAL.test(reply.message)
    ? reply
    : new Error('the stream changed since the last confirmed append');
}
