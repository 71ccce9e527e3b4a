import { sizeOf } from '../../core/bytes/size-of';
import type { ByteSource, PendingBytes, PendingShare } from '../../core/ingest/pending-bytes';
import type { Link } from '../../redis/link';
import {
  commandHead,
  commandWithBytes,
  encodeCommand,
  type WireCommand,
} from '../../redis/resp/wire-command';
import { checkRegularly } from '../match/check-regularly';
import type { RemoteSink } from '../match/remote-channels';
import type { SenderHead, SinkListener } from '../match/transfer';
import type { ChannelContext } from './channel-context';
import { channelKey, entryId } from './relay-keys';

const END = Buffer.from('end');
const ABORT = Buffer.from('abort');

/** How much may be on its way to the receiver, and so how much of Redis one transfer takes. Measured: with half of it a transfer is a tenth slower. */
const WINDOW_BYTES = 2 * 1024 * 1024;
const WINDOW_ENTRIES = 256;

const CHECK_MS = 2_000;

/** A channel expires after this time unless its sender renews it. */
const KEPT_MS = 60_000;

/** Checks in a row without a message from the receiver, which sends one at each of its own: its node is alive, but has closed the channel. */
const SILENT_MAX = 5;

/** How often in a row a receiver may be woken without finding the entries that Redis had confirmed. */
const MISSED_MAX = 3;

interface Progress {
  readonly bytes: number;
  readonly entries: number;
  /** The receiver has read all entries, and waits to be woken. */
  readonly isIdle: boolean;
}

/**
 * The sender's end of a channel to another node. Each chunk is an entry of a stream; the receiver acknowledges entries, so that Redis never
 * holds more than a window. Entries have one field: `h` the head as JSON, `d` bytes, `e` the end: `end` or `abort`.
 *
 * OPENING   until the receiver's first message, and until the link to Redis is open. `opened`: OPEN, or CLOSED.
 * OPEN      bytes flow. `end` and `fail` write the last entry.
 * CLOSED    the receiver has reported the end, or is lost. Final.
 */
export class ChannelSink implements RemoteSink, ByteSource {
  readonly opened: Promise<boolean>;
  #open: (isOpen: boolean) => void = () => {};
  #listener: SinkListener | undefined;
  #link: Link | undefined;
  /** The chunks of this turn of the event loop. */
  #pieces: Buffer[] = [];
  #sent = { bytes: 0, entries: 0 };
  #acknowledged = { bytes: 0, entries: 0 };
  #isPeerIdle = false;
  #isClosed = false;
  #silent = 0;
  /** How many entries Redis has confirmed. */
  #stored = 0;
  #missedWakes = 0;
  #flushed = 0;
  readonly #share: PendingShare;
  readonly #key: string;
  readonly #stopChecking: () => void;

  constructor(
    private readonly channel: ChannelContext,
    pending: PendingBytes,
  ) {
    this.#share = pending.share(this);
    this.#key = channelKey(channel.transferId);
    this.#stopChecking = checkRegularly(
      CHECK_MS,
      () => this.#check(),
      () => this.#broken(),
    );
    const accepted = new Promise<boolean>((resolve) => {
      this.#open = resolve;
    });
    const linked = channel.linkForSending().then(
      (link) => {
        this.#link = link;
      },
      () => this.#broken(),
    );
    this.opened = linked.then(() => accepted);
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
    // One read of the sender's socket gives several chunks, and many if the sender's chunks are small. They become one entry.
    if (this.#pieces.length === 0) queueMicrotask(() => this.#addPieces());
    this.#pieces.push(chunk);
    return this.#hasRoom();
  }

  /** The next `write` returns false. */
  pause(): void {}

  resume(): void {
    if (this.#hasRoom()) this.#listener?.drained();
  }

  end(): void {
    this.#addPieces();
    this.#add('e', [END]);
  }

  fail(): void {
    this.#addPieces();
    this.#add('e', [ABORT]);
    this.#close();
  }

  /** Aborts a transfer that never began, so that the receiver does not wait for it. */
  stop(): void {
    if (!this.#isClosed) this.fail();
  }

  onAck({ bytes, entries, isIdle }: Progress): void {
    this.#open(true);
    this.onPeerSeen();
    this.#missedWakes =
      isIdle && entries === this.#acknowledged.entries && entries < this.#stored ? this.#missedWakes + 1 : 0;
    if (this.#missedWakes > MISSED_MAX) {
      this.#broken();
      return;
    }
    this.#acknowledged = { bytes, entries };
    // Entries were written after the receiver's last read.
    this.#isPeerIdle = isIdle && entries === this.#sent.entries;
    if (isIdle && entries < this.#sent.entries) this.channel.send('x-wake');
    if (this.#hasRoom()) this.#listener?.drained();
  }

  /** The receiver's end of the channel exists. */
  onPeerSeen(): void {
    this.#silent = 0;
  }

  onDone(how: 'complete' | 'lost', flushed: number): void {
    this.#flushed = flushed;
    const listener = this.#listener;
    this.#close();
    // A lost receiver has left entries behind.
    this.#remove().catch(() => {});
    if (how === 'complete') listener?.finished();
    else listener?.lost();
  }

  #hasRoom(): boolean {
    if (this.#share.isPaused) return false;
    const { bytes, entries } = this.#sent;
    return (
      bytes - this.#acknowledged.bytes < WINDOW_BYTES && entries - this.#acknowledged.entries < WINDOW_ENTRIES
    );
  }

  #addPieces(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (pieces.length > 0) this.#add('d', pieces);
  }

  #add(field: 'h' | 'd' | 'e', value: readonly Buffer[]): void {
    if (this.#isClosed) return;
    this.#sent.entries += 1;
    // The last entry always wakes: the receiver may be about to become idle, and no later entry would wake it.
    const wakes = this.#isPeerIdle || field === 'e';
    if (wakes) this.#isPeerIdle = false;
    const { send } = this.channel;
    // After the bytes are stored: in a Cluster the message may overtake them.
    const bytes = sizeOf(value);
    this.#share.add(bytes);
    const added = this.#store(entryId(this.#sent.entries), field, value).then(() => {
      this.#stored += 1;
      if (!this.#isClosed) this.#share.remove(bytes);
      if (wakes) send('x-wake');
    });
    added.catch(() => this.#broken());
  }

  /** @throws Error if the entry is not stored */
  async #store(id: string, field: string, value: readonly Buffer[]): Promise<void> {
    const link = this.#link;
    // Only the end of a transfer that never began.
    if (link === undefined) return this.#storeAlone(id, field, Buffer.concat(value));
    const key = this.#key;
    const add = (...options: string[]): WireCommand =>
      commandWithBytes(
        commandHead(5 + options.length, 'XADD', key, ...options, id, field),
        value,
        sizeOf(value),
      );
    if (id === entryId(1)) {
      const [added] = await link.transact([add(), encodeCommand('PEXPIRE', key, String(KEPT_MS))]);
      if (added instanceof Error) throw added;
      return;
    }
    // A receiver that has left has removed the stream: a new one would never expire.
    if ((await link.send(add('NOMKSTREAM'))) === null) throw new Error('the channel is gone');
  }

  async #storeAlone(id: string, field: string, value: Buffer): Promise<void> {
    const { client } = this.channel;
    await client.xadd(this.#key, id, field, value);
    await client.pexpire(this.#key, KEPT_MS);
  }

  /** Over the link, so after the entries that are on their way. */
  async #remove(): Promise<void> {
    if (this.#link?.isOpen === true) await this.#link.send(encodeCommand('UNLINK', this.#key));
    else await this.channel.client.unlink(this.#key);
  }

  /** The transfer is incomplete, whether Redis stored the last entry or not. */
  #broken(): void {
    if (!this.#isClosed) this.onDone('lost', this.#flushed);
  }

  /** @returns whether the receiver is still there. @throws Error if Redis is away */
  async #check(): Promise<boolean> {
    this.#silent += 1;
    if (this.#silent >= SILENT_MAX) return false;
    await this.channel.client.pexpire(this.#key, KEPT_MS);
    return this.channel.isPeerAlive();
  }

  #close(): void {
    this.#isClosed = true;
    this.#listener = undefined;
    this.#stopChecking();
    this.#share.end();
    this.#open(false);
    this.channel.closed();
  }
}
