import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Writable } from 'node:stream';
import { Command } from 'ioredis';
import type { LogRef } from '../../core/log';
import { advance, type Offset, START } from '../../core/offset';
import type { RedisClient } from './client';
import type { Batch } from './commit-batch';
import { plainKeys } from './keys';
import { toNumber } from './reply';

const CRLF = '\r\n';
const SCRIPT = readFileSync(join(__dirname, 'lua', 'commit-plain.lua'), 'utf8');
const SHA = createHash('sha1').update(SCRIPT).digest('hex');
/** The arguments beside the pieces: what to run, the number of keys, the keys, and those that the script names. */
const ARGUMENTS = 1 + 1 + 3 + 5;

/** What stands around the bytes of a piece, at most: `$<length>` and two ends of line. */
const LENGTH_MAX = 16;

/** Connections over which Redis has been told the script. */
const toldOver = new WeakSet<Writable>();

/** What is the same in all plain commits of a node to a log. */
export interface PlainTarget {
  readonly keys: readonly string[];
  readonly text: string;
  readonly bytes: number;
}

export function plainTarget({ id, generation }: LogRef, node: string): PlainTarget {
  const keys = plainKeys(id, generation, node);
  const text = ['3', ...keys, generation].map(bulk).join('');
  return { keys, text, bytes: Buffer.byteLength(text) };
}

/**
 * Runs `lua/commit-plain.lua`.
 * @returns the tail before, or `undefined` where nothing was stored and `lua/commit.lua` has to judge
 * @throws whatever the client throws
 */
export async function commitPlainly(
  client: RedisClient,
  target: PlainTarget,
  batch: Batch,
  reached: Offset,
): Promise<Offset | undefined> {
  const command = new PlainCommit(target, batch, reached);
  try {
    const reply = await client.sendCommand(command);
    return reply === null ? undefined : advance(START, toNumber(reply));
  } catch (error) {
    if (!command.isForgotten(error)) throw error;
    return undefined;
  }
}

/** One buffer with all of the command: ioredis would look at each of its arguments several times. */
class PlainCommit extends Command {
  #socket: Writable | undefined;

  constructor(
    private readonly target: PlainTarget,
    private readonly batch: Batch,
    private readonly reached: Offset,
  ) {
    // These arguments are what ioredis looks at to find the node of a Cluster, and shows in errors.
    super('evalsha', [SHA, '3', ...target.keys], { replyEncoding: 'utf8' });
  }

  override toWritable(socket: Writable): Buffer {
    this.#socket = socket;
    const { number, limits, bytes, pieces } = this.batch;
    const run = toldOver.has(socket) ? bulk('EVALSHA') + bulk(SHA) : bulk('EVAL') + bulk(SCRIPT);
    toldOver.add(socket);
    const head = `*${1 + ARGUMENTS + pieces.length}${CRLF}${run}`;
    const numbers =
      bulk(`${number}`) + bulk(`${this.reached}`) + bulk(`${limits.logBytesMax}`) + bulk(`${bytes}`);
    const framing = pieces.length * LENGTH_MAX;
    const command = Buffer.allocUnsafe(
      Buffer.byteLength(head) + this.target.bytes + numbers.length + bytes + framing,
    );
    let at = command.write(head);
    at += command.write(this.target.text, at);
    at += command.write(numbers, at, 'latin1');
    for (const piece of pieces) {
      at += command.write(`$${piece.length}${CRLF}`, at, 'latin1');
      at += piece.copy(command, at);
      at += command.write(CRLF, at, 'latin1');
    }
    return command.subarray(0, at);
  }

  /** Whether Redis does not know the script any more. It is told again with the next commit over this connection. */
  isForgotten(error: unknown): boolean {
    const isIt = error instanceof Error && error.message.startsWith('NOSCRIPT');
    if (isIt && this.#socket !== undefined) toldOver.delete(this.#socket);
    return isIt;
  }
}

function bulk(text: string): string {
  return `$${Buffer.byteLength(text)}${CRLF}${text}${CRLF}`;
}
