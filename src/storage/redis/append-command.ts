import type { Writable } from 'node:stream';
import { Command } from 'ioredis';
import type { NewEntry } from './entries';

const CRLF = Buffer.from('\r\n');

/** A small entry is copied behind the head of its command: one piece goes through a socket in half the time of three. */
const COPIED_BYTES_MAX = 4_096;

/**
 * `XADD <key> NOMKSTREAM <end>-<stamp> d <bytes>`, whose bytes go to the socket as they are: ioredis would copy them into a buffer
 * with the rest of the command first. The socket is to be corked, so that all goes out in one write.
 */
export class AppendCommand extends Command {
  readonly #head: string;
  readonly #parts: readonly Buffer[];
  readonly #size: number;

  constructor(key: string, { from, end, parts }: NewEntry, stamp: number) {
    const id = `${end}-${stamp}`;
    // The arguments are what ioredis looks at to find the node of a cluster, and shows in errors.
    super('xadd', [key, 'NOMKSTREAM', id, 'd'], { replyEncoding: 'utf8' });
    this.#size = end - from;
    this.#head =
      `*6\r\n$4\r\nxadd\r\n$${Buffer.byteLength(key)}\r\n${key}\r\n$10\r\nNOMKSTREAM\r\n` +
      `$${id.length}\r\n${id}\r\n$1\r\nd\r\n$${this.#size}\r\n`;
    this.#parts = parts;
  }

  /**
   * It has no timer of its own: answers come in order, and a socket on which there is none for as long as a command may take is closed
   * (`socketTimeout`), with all that waits on it. A timer for each line would cost as much as sending it.
   */
  override setTimeout(): void {}

  override toWritable(socket: Writable): string | Buffer {
    if (this.#size <= COPIED_BYTES_MAX) return Buffer.concat([Buffer.from(this.#head), ...this.#parts, CRLF]);
    socket.write(this.#head);
    for (const part of this.#parts) socket.write(part);
    return CRLF;
  }
}
