import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, type Redis } from 'ioredis';
import { AppendCommand } from './append-command';
import type { NewEntry } from './entries';
import { inOneWrite } from './in-one-write';

const UTF8 = { replyEncoding: 'utf8' } as const;

/** What a stream is called while entries pass by that it must not get. */
const ASIDE = ':aside';

/** Sent whole, not by their hashes: where Redis had forgotten one, what it guards would be stored unguarded. */
const SET_ASIDE = load('set-aside');
const PUT_BACK = load('put-back');

/**
 * Adds entries to a stream that is there: all of them, or none.
 * @returns how long the stream is then, where that was found out on the way
 * @throws Error, also when the stream is not there or does not take them
 */
export function addEntries(
  connection: Redis,
  key: string,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<number | undefined> {
  const [only] = entries;
  // Most appends are this: a line on its way to its followers.
  if (only !== undefined && entries.length === 1) {
    const command = new AppendCommand(key, only, stamp);
    return inOneWrite([connection.stream], () => send(connection, command)).then(assertId, assertId);
  }
  const adding = entries.map((entry) => new AppendCommand(key, entry, stamp));
  return together(connection, [...adding, new Command('xlen', [key], UTF8)]).then((replies) => {
    assertIds(replies.slice(0, entries.length));
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
  connection: Redis,
  key: string,
  entries: readonly NewEntry[],
  stamp: number,
): Promise<void> {
  const keys = [key, `${key}${ASIDE}`];
  const replies = await together(connection, [
    new Command('eval', [SET_ASIDE, keys.length, ...keys, length], UTF8),
    ...entries.map((entry) => new AppendCommand(key, entry, stamp)),
    new Command('eval', [PUT_BACK, keys.length, ...keys], UTF8),
  ]);
  const failed = [replies[0], replies.at(-1)].find((reply) => reply instanceof Error);
  if (failed) throw failed;
  assertIds(replies.slice(1, -1));
}

/**
 * In a transaction a Redis that runs full between two entries stores neither: there would be a hole otherwise. These are plain
 * commands sent in one write; ioredis's own pipeline would copy the bytes once more, and its own `exec` goes out by itself.
 */
async function together(connection: Redis, commands: readonly Command[]): Promise<readonly unknown[]> {
  const refusals: unknown[] = [];
  const note = (error: unknown): unknown => refusals.push(error);
  const replies = await inOneWrite([connection.stream], () => {
    send(connection, new Command('multi', [], UTF8)).catch(note);
    for (const command of commands) send(connection, command).catch(note);
    return send(connection, new Command('exec', [], UTF8)).catch((error: unknown) =>
      Promise.reject(refusals[0] ?? error),
    );
  });
  if (!Array.isArray(replies) || replies.length !== commands.length)
    throw new Error('not all of a transaction was answered');
  return replies;
}

/** "equal or smaller": the entry is there already. "exhausted": the log is sealed. Asking for the tail tells which. */
const REFUSAL = /equal or smaller|exhausted/;

function assertIds(replies: readonly unknown[]): void {
  for (const reply of replies) assertId(reply);
}

function assertId(reply: unknown): undefined {
  if (typeof reply === 'string') return undefined;
  throw reply instanceof Error && !REFUSAL.test(reply.message)
    ? reply
    : new Error('the log is not as it was');
}

function send(connection: Redis, command: Command): Promise<unknown> {
  return Promise.resolve(connection.sendCommand(command));
}

function load(name: string): string {
  return readFileSync(join(__dirname, 'lua', `${name}.lua`), 'utf8');
}
