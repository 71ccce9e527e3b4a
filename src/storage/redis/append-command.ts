import type { Writable } from 'node:stream';
import { Command } from 'ioredis';
import type { NewEntry } from './entries';

const CRLF = '\r\n';

/**
 * `XADD <key> NOMKSTREAM <end>-<stamp> d <bytes>`, whose bytes go to the socket as they are: ioredis would copy them into a buffer
 * with the rest of the command first. The socket is to be corked, so that all goes out in one write.
 */
export class AppendCommand extends Command {
  readonly #head: string;
  readonly #parts: readonly Buffer[];

  constructor(key: string, { from, end, parts }: NewEntry, stamp: number) {
    const args = [key, 'NOMKSTREAM', `${end}-${stamp}`, 'd'];
    // The arguments are what ioredis looks at to find the node of a cluster, and shows in errors.
    super('xadd', args, { replyEncoding: 'utf8' });
    const all = ['xadd', ...args].map((arg) => `$${Buffer.byteLength(arg)}${CRLF}${arg}${CRLF}`);
    this.#head = `*${all.length + 1}${CRLF}${all.join('')}$${end - from}${CRLF}`;
    this.#parts = parts;
  }

  override toWritable(socket: Writable): string {
    socket.write(this.#head);
    for (const part of this.#parts) socket.write(part);
    return CRLF;
  }
}

/** One within a transaction, whose end has the time limit for all of it. */
export class QueuedAppendCommand extends AppendCommand {
  override setTimeout(): void {}
}
