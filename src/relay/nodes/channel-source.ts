import { sizeOf } from '../../core/bytes/size-of';
import { parseRangeReply, type StreamEntry } from '../../redis/resp/stream-entries';
import { encodeCommand } from '../../redis/resp/wire-command';
import { checkRegularly } from '../match/check-regularly';
import type { RemoteSource } from '../match/remote-channels';
import type { SenderHead, SourceListener } from '../match/transfer';
import type { ChannelContext } from './channel-context';
import { channelKey, entryId } from './relay-keys';

/** Entries in one reply: at most half a window, so that the sender continues while they are written. */
const ENTRIES_AT_ONCE = 16;

const CHECK_MS = 2_000;
/** How many `x-unknown` messages end the channel. */
const UNKNOWN_MAX = 3;

/**
 * The receiver's end of a channel from another node. It reads until no entry is left, tells the sender that it is idle, and waits to be
 * woken. Entries that were passed on are removed from Redis and acknowledged.
 *
 * IDLE      waits for `x-wake`.
 * READING   reads entries and passes them on.
 * PAUSED    the receiver is slow.
 * CLOSED    the last entry was read, or the receiver has left. Final.
 */
export class ChannelSource implements RemoteSource {
  head: SenderHead = {};
  #listener: SourceListener | undefined;
  #state: 'idle' | 'reading' | 'paused' | 'closed' = 'idle';
  #wasWoken = false;
  #after = '0-0';
  #read = { bytes: 0, entries: 0 };
  #unknown = 0;
  readonly #key: string;
  #stopChecking = (): void => {};

  constructor(private readonly channel: ChannelContext) {
    this.#key = channelKey(channel.transferId);
  }

  start(listener: SourceListener): void {
    this.#listener = listener;
    this.#stopChecking = checkRegularly(
      CHECK_MS,
      () => this.#check(),
      () => this.#giveUp(),
    );
    this.#acknowledge();
  }

  /** The sender has written an entry. */
  wake(): void {
    this.#wasWoken = true;
    if (this.#state === 'idle' && this.#listener !== undefined) void this.#readAll();
  }

  /** The sender's node is alive, but its end of the channel does not exist: not yet, or not any more. */
  onSenderUnknown(): void {
    this.#unknown += 1;
    if (this.#unknown >= UNKNOWN_MAX) this.#giveUp();
  }

  pause(): void {
    if (this.#state !== 'closed') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'reading';
    // Before the next read, so that the sender fills the window meanwhile.
    this.#acknowledge();
    void this.#readAll();
  }

  stop(): void {
    this.#listener = undefined;
    this.#state = 'closed';
    this.#stopChecking();
    this.channel.closed();
  }

  report(how: 'complete' | 'lost', flushed: number): void {
    this.channel.send('x-done', { how, flushed: String(flushed) });
  }

  async #readAll(): Promise<void> {
    this.#state = 'reading';
    try {
      while (this.#isReading()) {
        this.#wasWoken = false;
        const entries = await this.#next();
        for (const entry of entries) this.#passOn(entry);
        if (entries.length === 0 && this.#isReading() && !this.#wasWoken) this.#state = 'idle';
        if (this.#isOpen()) this.#acknowledge();
      }
    } catch {
      this.#lost();
    }
  }

  async #next(): Promise<readonly StreamEntry[]> {
    const link = await this.channel.linkForReading();
    const count = String(ENTRIES_AT_ONCE);
    const reply = await link.send(encodeCommand('XRANGE', this.#key, `(${this.#after}`, '+', 'COUNT', count));
    return parseRangeReply(reply);
  }

  #passOn({ id, field, value }: StreamEntry): void {
    if (this.#listener === undefined) return;
    this.#read.entries += 1;
    this.#after = id;
    // Redis has lost entries, as in a failover.
    if (id !== entryId(this.#read.entries)) {
      this.#lost();
      return;
    }
    switch (field) {
      case 'h':
        this.head = JSON.parse(Buffer.concat(value).toString());
        break;
      case 'd':
        this.#passOnBytes(value);
        break;
      default:
        if (Buffer.concat(value).toString() === 'end') this.#end();
        else this.#lost();
    }
  }

  #passOnBytes(parts: readonly Buffer[]): void {
    this.#read.bytes += sizeOf(parts);
    for (const part of parts) this.#listener?.data(part);
  }

  /** Removes the entries that were read, and lets the sender write more. */
  #acknowledge(): void {
    const { bytes, entries } = this.#read;
    // Where this fails, the next acknowledgement or the end removes them.
    if (entries > 0) this.channel.client.xtrim(this.#key, 'MINID', this.#after).catch(() => {});
    const isIdle = this.#state === 'idle' ? '1' : '0';
    this.channel.send('x-ack', { bytes: String(bytes), entries: String(entries), idle: isIdle });
  }

  #end(): void {
    const listener = this.#listener;
    this.#state = 'closed';
    this.#remove();
    listener?.end();
  }

  /** The sender is lost. A slow receiver first gets the entries that are in Redis, perhaps with the end. */
  #giveUp(): void {
    if (this.#state === 'idle') this.#lost();
  }

  #lost(): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#remove();
    // If the sender is alive after all, it learns of the loss at once.
    this.report('lost', 0);
    this.stop();
    listener.lost();
  }

  #remove(): void {
    // Where this fails, the stream expires.
    this.channel.client.unlink(this.#key).catch(() => {});
  }

  #isOpen(): boolean {
    return this.#state === 'reading' || this.#state === 'idle';
  }

  #isReading(): boolean {
    return this.#state === 'reading';
  }

  /** @returns whether the sender's node is alive. @throws Error if Redis is away */
  async #check(): Promise<boolean> {
    this.channel.send('x-here');
    // Every entry was read: the sender is not needed any more.
    if (this.#state === 'closed') return true;
    // An `x-wake` may have been lost.
    if (this.#state === 'idle') void this.#readAll();
    return this.channel.isPeerAlive();
  }
}
