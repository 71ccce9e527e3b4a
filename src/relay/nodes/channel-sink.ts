import { sizeOf } from '../../core/bytes/size-of';
import type { ByteSource, PendingBytes, PendingShare } from '../../core/ingest/pending-bytes';
import { checkRegularly } from '../match/check-regularly';
import type { RemoteSink } from '../match/remote-channels';
import type { SenderHead, SinkListener } from '../match/transfer';
import type { ChannelContext } from './channel-context';
import { ChannelWriter } from './channel-writer';

const END = Buffer.from('end');
const ABORT = Buffer.from('abort');

/** How much may be on its way to the receiver, in Redis. Measured: with half of it, a transfer is a tenth slower. */
const WINDOW_BYTES = 2 * 1024 * 1024;
const WINDOW_ENTRIES = 256;

const TICK_MS = 2_000;

/** Ticks without a message from the receiver, which sends one at each of its own. Its node may be alive, but has closed its end. */
const SILENT_MAX = 5;

/** How often in a row a receiver may be woken for entries that Redis has, and read none. */
const EMPTY_READS_MAX = 3;

interface Progress {
  readonly bytes: number;
  readonly entries: number;
  /** The receiver has read all there was, and waits for `x-wake`. */
  readonly isIdle: boolean;
}

/**
 * The sender's end of a channel to another node. Each chunk is an entry of a Redis stream. The receiver acknowledges what it has read, so
 * that Redis never has more than a window.
 *
 * OPENING   until the receiver's first message, and until there is a link to Redis. `opened`: OPEN, or CLOSED.
 * OPEN      bytes flow. `end` and `fail` write the last entry.
 * CLOSED    the receiver has reported the end, or is lost. Final.
 */
export class ChannelSink implements RemoteSink, ByteSource {
  readonly opened: Promise<boolean>;
  #resolveOpened: (isOpen: boolean) => void = () => {};
  #listener: SinkListener | undefined;
  /** Written in this turn of the event loop. */
  #chunks: Buffer[] = [];
  #sent = { bytes: 0, entries: 0 };
  #acknowledged = { bytes: 0, entries: 0 };
  #isPeerIdle = false;
  #isClosed = false;
  #silentTicks = 0;
  /** Entries that Redis has. */
  #stored = 0;
  #emptyReads = 0;
  #flushed = 0;
  readonly #share: PendingShare;
  readonly #writer: ChannelWriter;
  readonly #stopChecking: () => void;

  constructor(
    private readonly context: ChannelContext,
    pending: PendingBytes,
  ) {
    this.#share = pending.share(this);
    this.#writer = new ChannelWriter(context);
    this.#stopChecking = checkRegularly(
      TICK_MS,
      () => this.#checkReceiver(),
      () => this.#lose(),
    );
    const acknowledged = new Promise<boolean>((resolve) => {
      this.#resolveOpened = resolve;
    });
    const connected = this.#writer.connect().catch(() => this.#lose());
    this.opened = connected.then(() => acknowledged);
  }

  get flushed(): number {
    return this.#flushed;
  }

  start(listener: SinkListener): void {
    this.#listener = listener;
    if (this.#isClosed) listener.lost();
  }

  begin(head: SenderHead): void {
    this.#add('h', [Buffer.from(JSON.stringify(head))]);
  }

  write(chunk: Buffer): boolean {
    this.#sent.bytes += chunk.length;
    // One read of the sender's socket gives several chunks, many if it sends small ones. They become one entry.
    if (this.#chunks.length === 0) queueMicrotask(() => this.#addChunks());
    this.#chunks.push(chunk);
    return this.#hasRoom();
  }

  /** For the pending bytes. The next `write` returns `false`. */
  pause(): void {}

  /** For the pending bytes. */
  resume(): void {
    if (this.#hasRoom()) this.#listener?.drained();
  }

  end(): void {
    this.#addChunks();
    this.#add('e', [END]);
  }

  fail(): void {
    this.#addChunks();
    this.#add('e', [ABORT]);
    this.#close();
  }

  /** The receiver may not wait again, so it gets an end even if nothing began. */
  stop(): void {
    if (!this.#isClosed) this.fail();
  }

  onAck({ bytes, entries, isIdle }: Progress): void {
    this.#resolveOpened(true);
    this.onPeerSeen();
    const isEmptyRead = isIdle && entries === this.#acknowledged.entries && entries < this.#stored;
    this.#emptyReads = isEmptyRead ? this.#emptyReads + 1 : 0;
    if (this.#emptyReads > EMPTY_READS_MAX) {
      this.#lose();
      return;
    }
    this.#acknowledged = { bytes, entries };
    this.#isPeerIdle = isIdle && entries === this.#sent.entries;
    // Entries written after its last read.
    if (isIdle && entries < this.#sent.entries) this.context.send('x-wake');
    if (this.#hasRoom()) this.#listener?.drained();
  }

  onPeerSeen(): void {
    this.#silentTicks = 0;
  }

  onDone(how: 'complete' | 'lost', flushed: number): void {
    this.#flushed = flushed;
    const listener = this.#listener;
    this.#close();
    // A lost receiver has left entries behind.
    this.#writer.remove().catch(() => {});
    if (how === 'complete') listener?.finished();
    else listener?.lost();
  }

  #hasRoom(): boolean {
    if (this.#share.isPaused) return false;
    const { bytes, entries } = this.#sent;
    const { bytes: bytesRead, entries: entriesRead } = this.#acknowledged;
    return bytes - bytesRead < WINDOW_BYTES && entries - entriesRead < WINDOW_ENTRIES;
  }

  #addChunks(): void {
    const chunks = this.#chunks;
    this.#chunks = [];
    if (chunks.length > 0) this.#add('d', chunks);
  }

  #add(field: 'h' | 'd' | 'e', value: readonly Buffer[]): void {
    if (this.#isClosed) return;
    this.#sent.entries += 1;
    // No entry after the last one would wake a receiver that becomes idle just now.
    const wakes = this.#isPeerIdle || field === 'e';
    if (wakes) this.#isPeerIdle = false;
    const { send } = this.context;
    const bytes = sizeOf(value);
    this.#share.add(bytes);
    const added = this.#writer.add(this.#sent.entries, field, value).then(() => {
      this.#stored += 1;
      if (!this.#isClosed) this.#share.remove(bytes);
      // Not earlier: in a Cluster the message may overtake the entry.
      if (wakes) send('x-wake');
    });
    added.catch(() => this.#lose());
  }

  async #checkReceiver(): Promise<boolean> {
    this.#silentTicks += 1;
    if (this.#silentTicks >= SILENT_MAX) return false;
    await this.#writer.keep();
    return this.context.isPeerAlive();
  }

  /** After a failed write, too: Redis may have the entry or not, so the bytes are not whole. */
  #lose(): void {
    if (!this.#isClosed) this.onDone('lost', this.#flushed);
  }

  #close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    this.#stopChecking();
    this.#share.end();
    this.#resolveOpened(false);
    this.context.onClosed();
  }
}
