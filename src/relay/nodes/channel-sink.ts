import { sizeOf } from '../../core/bytes/size-of';
import type { ByteSource, PendingBytes, PendingShare } from '../../core/ingest/pending-bytes';
import type { Link } from '../../redis/link';
import {
  commandHead,
  commandWithBytes,
  encodeCommand,
  type WireCommand,
} from '../../redis/resp/wire-command';
import type { RemoteSink } from '../match/remote-channels';
import type { SenderHead, SinkListener } from '../match/transfer';
import type { ChannelContext } from './channel-context';
import { channelKey, entryId } from './relay-keys';

const END = Buffer.from('end');
const ABORT = Buffer.from('abort');

/** How much may be on its way to the receiver: what one exchange takes up in Redis. Measured: half of it is a tenth slower. */
const WINDOW_BYTES = 2 * 1024 * 1024;
const WINDOW_ENTRIES = 256;

const TICK_MS = 2_000;

/** A channel that nobody looks after is forgotten. */
const KEPT_MS = 60_000;

/** Ticks without a word from Redis or from a living receiver's node. */
const MISSED_MAX = 3;

/** Ticks without a word from the receiver, which says one at each of its own: its node lives, but has given it up. */
const SILENT_MAX = 5;

/** How often a receiver may be woken for what is in Redis, and find nothing. */
const VAIN_MAX = 3;

interface Progress {
  readonly bytes: number;
  readonly entries: number;
  /** The receiver has taken all there was, and waits to be woken. */
  readonly isIdle: boolean;
}

/**
 * The sender's end of a channel to another node. Each chunk is an entry of a stream; the receiver says how far it is, so that never
 * more than a window is in Redis. Entries have one field: `h` the head as JSON, `d` bytes, `e` the end: `end` or `abort`.
 *
 * OPENING   until the receiver's first word, and until there is a link to Redis. `opened`: OPEN, or CLOSED.
 * OPEN      bytes flow. `end` and `fail` write the last entry.
 * CLOSED    the receiver has said how it ended, or is lost. Final.
 */
export class ChannelSink implements RemoteSink, ByteSource {
  readonly opened: Promise<boolean>;
  #open: (isOpen: boolean) => void = () => {};
  #giver: SinkListener | undefined;
  /** There once it is open. */
  #link: Link | undefined;
  /** What came in this turn of the event loop. */
  #pieces: Buffer[] = [];
  #sent = { bytes: 0, entries: 0 };
  #taken = { bytes: 0, entries: 0 };
  #isPeerIdle = false;
  #isClosed = false;
  #missed = 0;
  #silent = 0;
  /** Entries that Redis has. */
  #stored = 0;
  #vain = 0;
  #flushed = 0;
  readonly #share: PendingShare;
  readonly #key: string;
  readonly #ticking: NodeJS.Timeout;

  constructor(
    private readonly line: ChannelContext,
    pending: PendingBytes,
  ) {
    this.#share = pending.share(this);
    this.#key = channelKey(line.transferId);
    this.#ticking = setInterval(() => void this.#tick(), TICK_MS).unref();
    const heard = new Promise<boolean>((resolve) => {
      this.#open = resolve;
    });
    const linked = line.linkForSending().then(
      (link) => {
        this.#link = link;
      },
      () => this.#broken(),
    );
    this.opened = linked.then(() => heard);
  }

  get flushed(): number {
    return this.#flushed;
  }

  start(giver: SinkListener): void {
    this.#giver = giver;
    if (this.#isClosed) giver.lost();
  }

  begin(head: SenderHead): void {
    this.#add('h', [Buffer.from(JSON.stringify(head))]);
  }

  write(chunk: Buffer): boolean {
    this.#sent.bytes += chunk.length;
    // One read of the sender's socket gives several pieces, and many where it sends small chunks. They go as one entry.
    if (this.#pieces.length === 0) queueMicrotask(() => this.#addPieces());
    this.#pieces.push(chunk);
    return this.#hasRoom();
  }

  /** The next `write` says so to the giver. */
  pause(): void {}

  resume(): void {
    if (this.#hasRoom()) this.#giver?.drained();
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

  /** What was never begun: the receiver is told that nothing comes, for if it does not wait on. */
  stop(): void {
    if (!this.#isClosed) this.fail();
  }

  onAck({ bytes, entries, isIdle }: Progress): void {
    this.#open(true);
    this.onPeerSeen();
    this.#vain = isIdle && entries === this.#taken.entries && entries < this.#stored ? this.#vain + 1 : 0;
    if (this.#vain > VAIN_MAX) {
      this.#broken();
      return;
    }
    this.#taken = { bytes, entries };
    // What was written after the receiver last looked.
    this.#isPeerIdle = isIdle && entries === this.#sent.entries;
    if (isIdle && entries < this.#sent.entries) this.line.send('x-wake');
    if (this.#hasRoom()) this.#giver?.drained();
  }

  /** The receiver is there. */
  onPeerSeen(): void {
    this.#silent = 0;
  }

  onDone(how: 'complete' | 'lost', flushed: number): void {
    this.#flushed = flushed;
    const giver = this.#giver;
    this.#close();
    // A receiver that was lost has left entries behind; another has removed them.
    this.#forget().catch(() => {});
    if (how === 'complete') giver?.finished();
    else giver?.lost();
  }

  #hasRoom(): boolean {
    if (this.#share.isPaused) return false;
    const { bytes, entries } = this.#sent;
    return bytes - this.#taken.bytes < WINDOW_BYTES && entries - this.#taken.entries < WINDOW_ENTRIES;
  }

  #addPieces(): void {
    const pieces = this.#pieces;
    this.#pieces = [];
    if (pieces.length > 0) this.#add('d', pieces);
  }

  #add(field: 'h' | 'd' | 'e', value: readonly Buffer[]): void {
    if (this.#isClosed) return;
    this.#sent.entries += 1;
    // Nothing comes after the last entry that would wake a receiver that is just about to say that it is idle.
    const wakes = this.#isPeerIdle || field === 'e';
    if (wakes) this.#isPeerIdle = false;
    const { send } = this.line;
    // In a Cluster the word may overtake the bytes, unless these have arrived.
    const bytes = sizeOf(value);
    this.#share.add(bytes);
    const added = this.#store(entryId(this.#sent.entries), field, value).then(() => {
      this.#stored += 1;
      if (!this.#isClosed) this.#share.remove(bytes);
      if (wakes) send('x-wake');
    });
    added.catch(() => this.#broken());
  }

  /** @throws Error when it is not stored */
  async #store(id: string, field: string, value: readonly Buffer[]): Promise<void> {
    const link = this.#link;
    // Nothing but the end of what never began.
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
    // A receiver that has left has removed it: made anew it would stay for good.
    if ((await link.send(add('NOMKSTREAM'))) === null) throw new Error('the channel is gone');
  }

  async #storeAlone(id: string, field: string, value: Buffer): Promise<void> {
    const { client } = this.line;
    await client.xadd(this.#key, id, field, value);
    await client.pexpire(this.#key, KEPT_MS);
  }

  /** Behind what is on its way. */
  async #forget(): Promise<void> {
    if (this.#link?.isOpen === true) await this.#link.send(encodeCommand('UNLINK', this.#key));
    else await this.line.client.unlink(this.#key);
  }

  /** Redis took an entry or did not: either way the bytes are not whole any more. */
  #broken(): void {
    if (!this.#isClosed) this.onDone('lost', this.#flushed);
  }

  async #tick(): Promise<void> {
    this.#silent += 1;
    try {
      await this.line.client.pexpire(this.#key, KEPT_MS);
      this.#missed = (await this.line.isPeerAlive()) ? 0 : MISSED_MAX;
    } catch {
      // Redis is away; it may be back at the next tick.
      this.#missed += 1;
    }
    if (this.#missed >= MISSED_MAX || this.#silent >= SILENT_MAX) this.#broken();
  }

  #close(): void {
    this.#isClosed = true;
    this.#giver = undefined;
    clearInterval(this.#ticking);
    this.#share.end();
    this.#open(false);
    this.line.closed();
  }
}
