import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { takeSocket } from '../node-internals/redis-socket';
import { ReplyError } from './resp/reply-error';
import { type Reply, ReplyReader } from './resp/reply-reader';
import { encodeCommand, type WireCommand } from './resp/wire-command';

/** How often a link checks that Redis still replies, within the time that a command may take. */
const CHECKS = 4;

const MULTI = encodeCommand('MULTI');
const EXEC = encodeCommand('EXEC');
const PING = encodeCommand('PING');

interface PendingReply {
  /** How many replies precede the one that counts. */
  before: number;
  /** The first error among those. */
  refusal: ReplyError | undefined;
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/**
 * A connection for the commands that carry bytes.
 *
 * ioredis's overhead per command doubles the CPU cost of an append, and triples it on an
 * idle server, where none of its code is in the processor's cache. ioredis opens the connection; this class then reads and writes its socket.
 *
 * A link never repeats or queues a command. Once lost, it stays closed.
 */
export class Link {
  readonly #pending: PendingReply[] = [];
  readonly #checking: NodeJS.Timeout;
  #isOpen = true;
  /** The oldest pending reply, and for how many checks it has been the oldest. */
  #oldest: PendingReply | undefined;
  #checks = 0;
  #reason: Error | undefined;

  /** @param connection that has no pending reply @param timeoutMs (up to a quarter more) without a reply: the connection is lost */
  static adopt(connection: Redis, timeoutMs: number): Link {
    return new Link(takeSocket(connection), timeoutMs);
  }

  private constructor(
    /** Corked by callers whose commands are to leave in one write. */
    readonly socket: Socket,
    timeoutMs: number,
  ) {
    const replies = new ReplyReader((reply) => this.#answered(reply));
    socket.on('data', (data) => {
      try {
        replies.push(data);
      } catch (error) {
        // The bytes that follow cannot be parsed.
        socket.destroy(error instanceof Error ? error : undefined);
      }
    });
    socket.on('error', (error) => {
      this.#reason = error;
    });
    socket.once('close', () => this.#lost());
    this.#checking = setInterval(() => this.#check(), timeoutMs / CHECKS).unref();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** @throws ReplyError; Error if the connection is lost before the reply */
  send(command: WireCommand): Promise<Reply> {
    return this.#send(() => this.#write(command), 0);
  }

  /** Sends commands in one write: all run or none. @returns their replies, errors among them @throws as `send` */
  async transact(commands: readonly WireCommand[]): Promise<readonly Reply[]> {
    const replies = await this.#send(() => {
      this.socket.cork();
      this.socket.write(MULTI);
      for (const command of commands) this.#write(command);
      this.socket.write(EXEC);
      this.socket.uncork();
    }, commands.length + 1);
    if (!Array.isArray(replies) || replies.length !== commands.length)
      throw new Error('a transaction has too few replies');
    return replies;
  }

  close(): void {
    this.socket.destroy();
  }

  #send(write: () => void, before: number): Promise<Reply> {
    if (!this.#isOpen) return Promise.reject(this.#loss());
    write();
    return new Promise((resolve, reject) => {
      this.#pending.push({ before, refusal: undefined, resolve, reject });
    });
  }

  #write(command: WireCommand): void {
    if (typeof command === 'string' || Buffer.isBuffer(command)) this.socket.write(command);
    else for (const piece of command) this.socket.write(piece);
  }

  #answered(reply: Reply): void {
    const [pending] = this.#pending;
    if (pending === undefined) throw new Error('Redis sent a reply without a command');
    if (pending.before > 0) {
      pending.before -= 1;
      if (reply instanceof ReplyError) pending.refusal ??= reply;
      return;
    }
    this.#pending.shift();
    if (reply instanceof ReplyError) pending.reject(pending.refusal ?? reply);
    else pending.resolve(reply);
  }

  /** Finds a stopped Redis, by one timer per link: one per command would cost as much as the send. The ping finds a dropped connection. */
  #check(): void {
    const [oldest] = this.#pending;
    this.#checks = oldest === this.#oldest ? this.#checks + 1 : 0;
    this.#oldest = oldest;
    if (this.#checks < CHECKS) return;
    this.#checks = 0;
    if (oldest !== undefined) this.close();
    // A lost connection calls `#lost`.
    else this.send(PING).catch(() => {});
  }

  #lost(): void {
    this.#isOpen = false;
    clearInterval(this.#checking);
    for (const { reject } of this.#pending.splice(0)) reject(this.#loss());
  }

  #loss(): Error {
    return new Error('the connection to Redis is lost', { cause: this.#reason });
  }
}
