import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { Link } from '../../../redis/link';
import { type Partition, partitionOf } from '../../../redis/partitions';
import { bulkString, CRLF, type WireCommand } from '../../../redis/resp/wire-command';
import { scriptSource } from '../../../redis/scripts';
import { plainCommitKeys } from '../schema/keys';
import { type BatchStart, type CommitBatch, parseBatchStart } from './commit-batch';

const SCRIPT = scriptSource(join(__dirname, 'lua', 'commit-plain'));
const SHA = createHash('sha1').update(SCRIPT).digest('hex');
/** The arguments of a command before the pieces: its name, the script, the number of keys, the keys, and ARGV[1] to ARGV[5]. */
const ARGUMENTS = 1 + 1 + 1 + 3 + 5;

/** The most bytes that frame a piece: `$<length>` and two ends of line. */
const FRAME_MAX = 16;

/** The bytes of a batch up to this size are copied behind the rest of the command: a socket sends one buffer faster than several. */
const COPIED_BYTES_MAX = 512 * 1024;

/** Links over which the text of the script was sent. */
const sentOver = new WeakSet<Link>();

/** The encoded arguments that all plain commits of a node to a log share. */
export interface PlainCommitTarget {
  readonly partition: Partition;
  readonly text: string;
  readonly bytes: number;
}

export function plainCommitTarget({ id, generation }: LogRef, node: string): PlainCommitTarget {
  const keys = plainCommitKeys(id, generation, node);
  const text = ['3', ...keys, generation].map(bulkString).join('');
  return { partition: partitionOf(id), text, bytes: Buffer.byteLength(text) };
}

/** Runs `lua/commit-plain.lua`. @returns `undefined` if `lua/commit.lua` must evaluate it @throws as `Link.send` */
export async function commitPlain(
  link: Link,
  target: PlainCommitTarget,
  batch: CommitBatch,
  knownEnd: Offset,
): Promise<BatchStart | undefined> {
  const isSent = sentOver.has(link);
  sentOver.add(link);
  try {
    const reply = await link.send(plainCommand(target, batch, knownEnd, isSent));
    return reply === null ? undefined : parseBatchStart(String(reply));
  } catch (error) {
    if (!isForgotten(error)) throw error;
    // The next commit sends the text again.
    sentOver.delete(link);
    return undefined;
  }
}

/** In one buffer, unless copying the pieces would take too long. */
function plainCommand(
  target: PlainCommitTarget,
  batch: CommitBatch,
  knownEnd: Offset,
  isSent: boolean,
): WireCommand {
  const { number, limits, bytes, pieces } = batch;
  const run = isSent ? bulkString('EVALSHA') + bulkString(SHA) : bulkString('EVAL') + bulkString(SCRIPT);
  const head = `*${ARGUMENTS + pieces.length}${CRLF}${run}`;
  const numbers =
    bulkString(`${number}`) +
    bulkString(`${knownEnd}`) +
    bulkString(`${limits.logBytesMax}`) +
    bulkString(`${bytes}`);
  if (bytes > COPIED_BYTES_MAX) {
    const framed = pieces.flatMap((piece) => [`$${piece.length}${CRLF}`, piece, CRLF]);
    return [head + target.text + numbers, ...framed];
  }
  const framing = pieces.length * FRAME_MAX;
  const command = Buffer.allocUnsafe(
    Buffer.byteLength(head) + target.bytes + numbers.length + bytes + framing,
  );
  let at = command.write(head);
  at += command.write(target.text, at);
  at += command.write(numbers, at, 'latin1');
  for (const piece of pieces) {
    at += command.write(`$${piece.length}${CRLF}`, at, 'latin1');
    at += piece.copy(command, at);
    at += command.write(CRLF, at, 'latin1');
  }
  return command.subarray(0, at);
}

function isForgotten(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('NOSCRIPT');
}
