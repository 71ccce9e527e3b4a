import { sizeOf } from '../../core/bytes/size-of';
import { parseRangeReply, type StreamEntry } from '../../redis/resp/stream-entries';
import { encodeCommand } from '../../redis/resp/wire-command';
import { checkRegularly } from '../match/check-regularly';
import type { RemoteSource } from '../match/remote-channels';
import type { SenderHead, SourceListener } from '../match/transfer';
import type { ChannelContext } from './channel-context';
import { channelKey, entryId } from './relay-keys';

/** Per reply: at most half a window, so that the sender goes on while it is written. */
const ENTRIES_AT_ONCE = 16;

const TICK_MS = 2_000;

/** How often the sender's node may deny that it has the sender's end, which it may not have opened yet. */
const UNKNOWN_MAX = 3;

/**
 * The receiver's end of a channel from another node. It reads until there is nothing more, sends an acknowledgement that it is idle, and
 * waits for `x-wake`: it does not poll. Entries that were written to the receiver are removed from Redis and acknowledged.
 *
 * IDLE      waits for `x-wake`.
 * READING   reads and passes on.
 * PAUSED    the receiver is slow.
 * CLOSED    the last entry was read, or `stop` was called. Final.
 */
export class ChannelSource implements RemoteSource {
  head: SenderHead = {};
  #listener: SourceListener | undefined;
  #state: 'idle' | 'reading' | 'paused' | 'closed' = 'idle';
  #wasWoken = false;
  #after = '0-0';
  #received = { bytes: 0, entries: 0 };
  #unknownCount = 0;
  readonly #key: string;
  #stopChecking = (): void => {};

  constructor(private readonly context: ChannelContext) {
    this.#key = channelKey(context.transferId);
  }

  start(listener: SourceListener): void {
    this.#listener = listener;
    this.#stopChecking = checkRegularly(
      TICK_MS,
      () => this.#checkSender(),
      () => this.#loseIfIdle(),
    );
    this.#acknowledge();
  }

  /** The sender has written an entry. */
  wake(): void {
    this.#wasWoken = true;
    if (this.#state === 'idle' && this.#listener !== undefined) void this.#read();
  }

  /** The sender's node is alive, but does not have the sender's end: not yet, or not any more. */
  onSenderUnknown(): void {
    this.#unknownCount += 1;
    if (this.#unknownCount >= UNKNOWN_MAX) this.#loseIfIdle();
  }

  pause(): void {
    if (this.#state !== 'closed') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state !== 'paused') return;
    this.#state = 'reading';
    // Before the next read, so that the sender fills the window meanwhile.
    this.#acknowledge();
    void this.#read();
  }

  stop(): void {
    this.#listener = undefined;
    this.#state = 'closed';
    this.#stopChecking();
    this.context.onClosed();
  }

  report(how: 'complete' | 'lost', flushed: number): void {
    this.context.send('x-done', { how, flushed: String(flushed) });
  }

  async #read(): Promise<void> {
    this.#state = 'reading';
    try {
      while (this.#isReading()) {
        this.#wasWoken = false;
        const entries = await this.#nextEntries();
        for (const entry of entries) this.#onEntry(entry);
        if (entries.length === 0 && this.#isReading() && !this.#wasWoken) this.#state = 'idle';
        if (this.#state === 'idle' || this.#isReading()) this.#acknowledge();
      }
    } catch {
      this.#lose();
    }
  }

  async #nextEntries(): Promise<readonly StreamEntry[]> {
    const link = await this.context.linkForReading();
    const count = String(ENTRIES_AT_ONCE);
    const reply = await link.send(encodeCommand('XRANGE', this.#key, `(${this.#after}`, '+', 'COUNT', count));
    return parseRangeReply(reply);
  }

  #onEntry({ id, field, value }: StreamEntry): void {
    if (this.#listener === undefined) return;
    this.#received.entries += 1;
    this.#after = id;
    // Redis has lost entries, as in a failover.
    if (id !== entryId(this.#received.entries)) {
      this.#lose();
      return;
    }
    switch (field) {
      case 'h':
        this.head = JSON.parse(Buffer.concat(value).toString());
        break;
      case 'd':
        this.#received.bytes += sizeOf(value);
        for (const chunk of value) this.#listener?.data(chunk);
        break;
      default:
        if (Buffer.concat(value).toString() === 'end') this.#end();
        else this.#lose();
    }
  }

  /** Removes the entries that were received, and lets the sender write more. */
  #acknowledge(): void {
    const { bytes, entries } = this.#received;
    // If this fails, the next one removes them.
    if (entries > 0) this.context.client.xtrim(this.#key, 'MINID', this.#after).catch(() => {});
    const idle = this.#state === 'idle' ? '1' : '0';
    this.context.send('x-ack', { bytes: String(bytes), entries: String(entries), idle });
  }

  #end(): void {
    const listener = this.#listener;
    this.#state = 'closed';
    this.#remove();
    listener?.end();
  }

  /** A slow receiver first gets the entries that Redis has; the end may be among them. */
  #loseIfIdle(): void {
    if (this.#state === 'idle') this.#lose();
  }

  #lose(): void {
    const listener = this.#listener;
    if (listener === undefined) return;
    this.#remove();
    // The sender may be alive, and not know that entries are missing.
    this.report('lost', 0);
    this.stop();
    listener.lost();
  }

  #remove(): void {
    // If this fails, the stream expires.
    this.context.client.unlink(this.#key).catch(() => {});
  }

  #isReading(): boolean {
    return this.#state === 'reading';
  }

  async #checkSender(): Promise<boolean> {
    this.context.send('x-here');
    // All entries are here: the sender is not needed any more.
    if (this.#state === 'closed') return true;
    // In case a message was lost.
    if (this.#state === 'idle') void this.#read();
    return this.context.isPeerAlive();
  }
}
