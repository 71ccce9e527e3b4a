import { sizeOf } from '../../core/bytes/size-of';
import { parseRangeReply, type StreamEntry } from '../../redis/resp/stream-entries';
import { encodeCommand } from '../../redis/resp/wire-command';
import type { RemoteSource } from '../match/remote-channels';
import type { SenderHead, SourceListener } from '../match/transfer';
import type { ChannelContext } from './channel-context';
import { channelKey, entryId } from './relay-keys';

/** In one reply: half a window at the most, so that the sender goes on while it is written. */
const ENTRIES_AT_ONCE = 16;

const TICK_MS = 2_000;
const MISSED_MAX = 3;

/**
 * The receiver's end of a channel from another node. It reads until there is nothing more, says so, and waits to be woken: nobody
 * polls. What has been written to the receiver is removed from Redis and acknowledged.
 *
 * IDLE      has said so, and waits for a word.
 * READING   reads and passes on.
 * PAUSED    the receiver is slow.
 * CLOSED    the last entry was read, or nobody wants more. Final.
 */
export class ChannelSource implements RemoteSource {
  head: SenderHead = {};
  #taker: SourceListener | undefined;
  #state: 'idle' | 'reading' | 'paused' | 'closed' = 'idle';
  #wasWoken = false;
  #after = '0-0';
  #taken = { bytes: 0, entries: 0 };
  #missed = 0;
  #unknown = 0;
  readonly #key: string;
  #ticking: NodeJS.Timeout | undefined;

  constructor(private readonly line: ChannelContext) {
    this.#key = channelKey(line.transferId);
  }

  start(taker: SourceListener): void {
    this.#taker = taker;
    this.#ticking = setInterval(() => void this.#tick(), TICK_MS).unref();
    this.#acknowledge();
  }

  /** The sender has written something. */
  wake(): void {
    this.#wasWoken = true;
    if (this.#state === 'idle' && this.#taker !== undefined) void this.#read();
  }

  /** The sender's node lives, but its end of the channel is not there: not yet, or not any more. */
  onSenderUnknown(): void {
    this.#unknown += 1;
    if (this.#unknown >= MISSED_MAX) this.#giveUp();
  }

  pause(): void {
    if (this.#state !== 'closed') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'reading';
    // Before the next read, so that the sender fills the window while what came before is read and written.
    this.#acknowledge();
    void this.#read();
  }

  stop(): void {
    this.#taker = undefined;
    this.#state = 'closed';
    clearInterval(this.#ticking);
    this.line.closed();
  }

  report(how: 'complete' | 'lost', flushed: number): void {
    this.line.send('x-done', { how, flushed: String(flushed) });
  }

  async #read(): Promise<void> {
    this.#state = 'reading';
    try {
      while (this.#isReading()) {
        this.#wasWoken = false;
        const entries = await this.#next();
        for (const entry of entries) this.#take(entry);
        if (entries.length === 0 && this.#isReading() && !this.#wasWoken) this.#state = 'idle';
        if (this.#isOpen()) this.#acknowledge();
      }
    } catch {
      this.#lost();
    }
  }

  async #next(): Promise<readonly StreamEntry[]> {
    const link = await this.line.linkForReading();
    const count = String(ENTRIES_AT_ONCE);
    const reply = await link.send(encodeCommand('XRANGE', this.#key, `(${this.#after}`, '+', 'COUNT', count));
    return parseRangeReply(reply);
  }

  #take({ id, field, value }: StreamEntry): void {
    if (this.#taker === undefined) return;
    this.#taken.entries += 1;
    this.#after = id;
    // Redis has lost entries, as in a failover: without them the bytes are not whole.
    if (id !== entryId(this.#taken.entries)) {
      this.#lost();
      return;
    }
    switch (field) {
      case 'h':
        this.head = JSON.parse(Buffer.concat(value).toString());
        break;
      case 'd':
        this.#pass(value);
        break;
      default:
        if (Buffer.concat(value).toString() === 'end') this.#end();
        else this.#lost();
    }
  }

  #pass(parts: readonly Buffer[]): void {
    this.#taken.bytes += sizeOf(parts);
    for (const part of parts) this.#taker?.data(part);
  }

  /** Removes what was taken, and makes room for more. */
  #acknowledge(): void {
    const { bytes, entries } = this.#taken;
    // What is not removed now is removed with the next, or at the end.
    if (entries > 0) this.line.client.xtrim(this.#key, 'MINID', this.#after).catch(() => {});
    const isIdle = this.#state === 'idle' ? '1' : '0';
    this.line.send('x-ack', { bytes: String(bytes), entries: String(entries), idle: isIdle });
  }

  #end(): void {
    const taker = this.#taker;
    this.#state = 'closed';
    this.#remove();
    taker?.end();
  }

  /** Nothing more comes. What had come, its end perhaps, is in Redis still, and a slow receiver gets it first. */
  #giveUp(): void {
    if (this.#state === 'idle') this.#lost();
  }

  #lost(): void {
    const taker = this.#taker;
    if (taker === undefined) return;
    this.#remove();
    // The sender may live after all, or not know that bytes are missing: else it waits until the silence is too long.
    this.report('lost', 0);
    this.stop();
    taker.lost();
  }

  #remove(): void {
    // Else it expires.
    this.line.client.unlink(this.#key).catch(() => {});
  }

  #isOpen(): boolean {
    return this.#state === 'reading' || this.#state === 'idle';
  }

  #isReading(): boolean {
    return this.#state === 'reading';
  }

  async #tick(): Promise<void> {
    this.line.send('x-here');
    // When everything has come nothing depends on the sender any more.
    if (this.#state === 'closed') return;
    // In case that a word was lost.
    if (this.#state === 'idle') void this.#read();
    try {
      const isAlive = await this.line.isPeerAlive();
      this.#missed = isAlive ? 0 : MISSED_MAX;
    } catch {
      // Redis is away; it may be back at the next tick.
      this.#missed += 1;
    }
    if (this.#missed >= MISSED_MAX) this.#giveUp();
  }
}
