import { decodePacket, encodePacket, type Packet } from '../store/packet';
import type { Outbox, OutgoingRef, PacketLimits } from '../store/packet-store';
import type { PacketDb, PacketDbKey } from './packet-db';
import type { Sequence } from './sequence';

/** The queue of a single node, which sends all of it. */
export class LocalOutbox implements Outbox {
  /** By `seq`. */
  readonly #sizes = new Map<number, number>();
  #bytes = 0;
  #newPackets: OutgoingRef[] = [];
  #listener = (): void => {};

  constructor(
    private readonly db: PacketDb,
    private readonly sequence: Sequence,
    private readonly limits: PacketLimits,
  ) {}

  /** Restores an entry of the database. */
  restore([kind, client, seq]: PacketDbKey, value: Buffer): void {
    if (kind !== 'outgoing') return;
    this.#count(seq, value.length);
    this.#newPackets.push({ seq, client });
  }

  async add(client: string, packet: Packet): Promise<'added' | 'full'> {
    const value = encodePacket(packet);
    if (!this.#hasRoomFor(value.length)) return 'full';
    const seq = this.sequence.next();
    // Counted before the write, so that two packets at once do not exceed the limit.
    this.#count(seq, value.length);
    try {
      await this.db.write([{ key: ['outgoing', client, seq], value }]);
    } catch (error) {
      this.#discount(seq);
      throw error;
    }
    this.#newPackets.push({ seq, client });
    this.#listener();
    return 'added';
  }

  async isFull(): Promise<boolean> {
    return !this.#hasRoomFor(1);
  }

  async newPackets(): Promise<readonly OutgoingRef[]> {
    const found = this.#newPackets;
    this.#newPackets = [];
    // The database is ordered by client.
    return found.sort((a, b) => a.seq - b.seq);
  }

  onNewPackets(listener: () => void): void {
    this.#listener = listener;
  }

  async load({ client, seq }: OutgoingRef): Promise<Packet | undefined> {
    const value = this.db.get(['outgoing', client, seq]);
    return value === undefined ? undefined : decodePacket(value);
  }

  async remove({ client, seq }: OutgoingRef): Promise<void> {
    await this.db.write([{ key: ['outgoing', client, seq] }]);
    this.#discount(seq);
  }

  async claimPolling(): Promise<number> {
    return 0;
  }

  /** An empty queue takes a packet of any size. */
  #hasRoomFor(bytes: number): boolean {
    const { upstreamBuffer, upstreamBytes } = this.limits;
    if (this.#sizes.size >= upstreamBuffer) return false;
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
