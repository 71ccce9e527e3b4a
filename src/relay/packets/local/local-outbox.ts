import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Outbox, OutgoingRef, PacketLimits } from '../store/packet-store';
import type { PacketDb, PacketDbKey } from './packet-db';
import type { Sequence } from './sequence';

/** The queue of a server that shares it with no other: all of it is its own to send. */
export class LocalOutbox implements Outbox {
  /** Sizes by the place in the order. */
  readonly #sizes = new Map<number, number>();
  #bytes = 0;
  #news: OutgoingRef[] = [];
  #listener = (): void => {};

  constructor(
    private readonly shelf: PacketDb,
    private readonly order: Sequence,
    private readonly limits: PacketLimits,
  ) {}

  /** What the process before this one had not sent. */
  restore([kind, client, seq]: PacketDbKey, value: Buffer): void {
    if (kind !== 'outgoing') return;
    this.#count(seq, value.length);
    this.#news.push({ seq, client });
  }

  async add(client: string, packet: Packet): Promise<'added' | 'full'> {
    const value = encodePacket(packet);
    if (!this.#hasRoomFor(value.length)) return 'full';
    const seq = this.order.next();
    // Counted before it is written: of two that come at once only one can be the last.
    this.#count(seq, value.length);
    try {
      await this.shelf.write([{ key: ['outgoing', client, seq], value }]);
    } catch (error) {
      this.#discount(seq);
      throw error;
    }
    this.#news.push({ seq, client });
    this.#listener();
    return 'added';
  }

  async isFull(): Promise<boolean> {
    return !this.#hasRoomFor(1);
  }

  async newPackets(): Promise<readonly OutgoingRef[]> {
    const news = this.#news;
    this.#news = [];
    // The shelf has told them client by client.
    return news.sort((a, b) => a.seq - b.seq);
  }

  onNewPackets(listener: () => void): void {
    this.#listener = listener;
  }

  async load({ client, seq }: OutgoingRef): Promise<Packet | undefined> {
    const value = this.shelf.get(['outgoing', client, seq]);
    return value === undefined ? undefined : decodePacket(value);
  }

  async remove({ client, seq }: OutgoingRef): Promise<void> {
    await this.shelf.write([{ key: ['outgoing', client, seq] }]);
    this.#discount(seq);
  }

  /** There is no other node. */
  async claimPolling(): Promise<number> {
    return 0;
  }

  /** However large, one packet always has a place. */
  #hasRoomFor(bytes: number): boolean {
    const { upstreamPackets, upstreamBytes } = this.limits;
    if (this.#sizes.size >= upstreamPackets) return false;
    return this.#sizes.size === 0 || this.#bytes + bytes <= upstreamBytes;
  }

  #count(seq: number, bytes: number): void {
    this.#sizes.set(seq, bytes);
    this.#bytes += bytes;
  }

  #discount(seq: number): void {
    this.#bytes -= this.#sizes.get(seq) ?? 0;
    this.#sizes.delete(seq);
  }
}
