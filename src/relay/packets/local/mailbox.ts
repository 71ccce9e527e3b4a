import type { PacketLimits } from '../store/packet-store';

/** A packet in a mailbox. */
export interface MailboxItem {
  readonly seq: number;
  readonly bytes: number;
}

type MailboxLimits = Pick<PacketLimits, 'clientBuffer' | 'clientBytes'>;

/** The packets of one client, first in, first out: their numbers and sizes. `take` puts the oldest in flight, `requeue` back. */
export class Mailbox {
  /** Sorted by `seq`. */
  readonly #waiting: MailboxItem[] = [];
  readonly #inFlight = new Map<number, MailboxItem>();

  constructor(private readonly limits: MailboxLimits) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Of all packets, waiting or in flight. */
  get seqs(): readonly number[] {
    return [...this.#inFlight.keys(), ...this.#waiting.map(({ seq }) => seq)];
  }

  /** @returns the items that were pushed out, the oldest first */
  put(item: MailboxItem): readonly MailboxItem[] {
    const after = this.#waiting.findIndex(({ seq }) => seq > item.seq);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, item);
    return this.#trim();
  }

  take(): MailboxItem | undefined {
    const item = this.#waiting.shift();
    if (item !== undefined) this.#inFlight.set(item.seq, item);
    return item;
  }

  /** @returns whether the item was in flight */
  acknowledge(seq: number): boolean {
    return this.#inFlight.delete(seq);
  }

  /** Does nothing if the item is not in flight. @returns the items that were pushed out */
  requeue(seq: number): readonly MailboxItem[] {
    const item = this.#inFlight.get(seq);
    if (item === undefined) return [];
    this.#inFlight.delete(seq);
    return this.put(item);
  }

  #trim(): readonly MailboxItem[] {
    const { clientBuffer, clientBytes } = this.limits;
    const pushedOut: MailboxItem[] = [];
    let bytes = this.#waiting.reduce((sum, item) => sum + item.bytes, 0);
    while (this.#waiting.length > clientBuffer || (this.#waiting.length > 1 && bytes > clientBytes)) {
      const oldest = this.#waiting.shift();
      if (oldest === undefined) break;
      pushedOut.push(oldest);
      bytes -= oldest.bytes;
    }
    return pushedOut;
  }
}
