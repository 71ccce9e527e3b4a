import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { ReplyError } from './resp/reply-error';
import { type Reply, ReplyReader } from './resp/reply-reader';
import { encodeCommand, type WireCommand } from './resp/wire-command';

/** How often it is looked whether Redis still answers, in the time that a command may take. */
const LOOKS = 4;

const MULTI = encodeCommand('MULTI');
const EXEC = encodeCommand('EXEC');
const PING = encodeCommand('PING');

interface Waiting {
  /** How many replies there are before the one that counts. */
  before: number;
  /** The first of those that was an error. */
  refusal: ReplyError | undefined;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/**
 * A connection for the commands that carry bytes. What ioredis does for each command, for all that it offers, costs as much as the
 * rest of an append together, and on a server that is not busy twice as much, as nothing of it is in the processor's cache then.
 * ioredis makes the connection; once it is ready, what goes through it is ours.
 *
 * It repeats nothing and queues nothing. Lost once, it is lost for good.
 */
export class Link {
  readonly #waiting: Waiting[] = [];
  readonly #looking: NodeJS.Timeout;
  #isOpen = true;
  /** What has waited longest, if anything waits, and at how many looks it was that. */
  #oldest: Waiting | undefined;
  #looks = 0;
  #reason: Error | undefined;

  /**
   * @param connection that waits for no reply
   * @param timeoutMs without an answer for so long, or a fourth longer, it counts as lost
   */
  static adopt(connection: Redis, timeoutMs: number): Link {
    // Undocumented: ioredis reads replies by this listener, and would miss the commands they belong to.
    return new Link(connection.stream.removeAllListeners('data'), timeoutMs);
  }

  private constructor(
    /** To cork, where several commands are to leave in one write. */
    readonly socket: Socket,
    timeoutMs: number,
  ) {
    const replies = new ReplyReader((reply) => this.#answered(reply));
    socket.on('data', (data) => {
      try {
        replies.push(data);
      } catch (error) {
        // Nothing that comes after it could be told from anything else.
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on('error', (error) => {
      this.#reason = error;
    });
    socket.once('close', () => this.#lost());
    this.#looking = setInterval(() => this.#look(), timeoutMs / LOOKS).unref();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws ReplyError; Error when the connection is lost before the answer */
  send(command: WireCommand): Promise<Reply> {
    return this.#send(() => this.#write(command), 0);
  }

  /**
   * Sends commands in one write that Redis carries out all or none of.
   * @returns what each came to; an error among them has undone nothing
   * @throws ReplyError; Error when the connection is lost before the answer
   */
  async transact(commands: readonly WireCommand[]): Promise<readonly Reply[]> {
    const replies = await this.#send(() => {
      this.socket.cork();
      this.socket.write(MULTI);
      for (const command of commands) this.#write(command);
      this.socket.write(EXEC);
      this.socket.uncork();
    }, commands.length + 1);
    if (!Array.isArray(replies) || replies.length !== commands.length)
      throw new Error('not all of a transaction was answered');
    return replies;
  }

  close(): void {
    this.socket.destroy();
  }

  #send(write: () => void, before: number): Promise<Reply> {
    if (!this.#isOpen) return Promise.reject(this.#loss());
    write();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ before, refusal: undefined, resolve, reject });
    });
  }

  #write(command: WireCommand): void {
    if (typeof command === 'string' || Buffer.isBuffer(command)) this.socket.write(command);
    else for (const piece of command) this.socket.write(piece);
  }

  #answered(reply: Reply): void {
    const [waiting] = this.#waiting;
    if (waiting === undefined) throw new Error('Redis answered what it was not asked');
    if (waiting.before > 0) {
      waiting.before -= 1;
      if (reply instanceof ReplyError) waiting.refusal ??= reply;
      return;
    }
    this.#waiting.shift();
    if (reply instanceof ReplyError) waiting.reject(waiting.refusal ?? reply);
    else waiting.resolve(reply);
  }

  /**
   * A Redis that is stopped keeps its connections open; a timer for each command would cost as much as sending it. And a quiet connection
   * is closed by some servers and forgotten by some firewalls, which is better found out before it is needed.
   */
  #look(): void {
    const [oldest] = this.#waiting;
    this.#looks = oldest === this.#oldest ? this.#looks + 1 : 0;
    this.#oldest = oldest;
    if (this.#looks < LOOKS) return;
    this.#looks = 0;
    if (oldest !== undefined) this.close();
    // What comes of it, `#lost` is told.
    else this.send(PING).catch(() => {});
  }

  #lost(): void {
    this.#isOpen = false;
    clearInterval(this.#looking);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#loss());
  }

  #loss(): Error {
    return new Error('the connection to Redis is lost', { cause: this.#reason });
  }
}
