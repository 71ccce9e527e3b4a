export interface MailboxItem {
  /** Its place in the order. */
  readonly seq: number;
  readonly bytes: number;
}

export interface MailboxLimits {
  readonly clientPackets: number;
  readonly clientBytes: number;
}

/**
 * The packets of one client in their order, first in, first out. Each is waiting or in flight; `take` moves the oldest from the one
 * to the other, and what is given back is again where it was. It knows their sizes only: where their bytes lie is its owner's matter.
 */
export class Mailbox {
  /** Sorted by `seq`. */
  readonly #waiting: MailboxItem[] = [];
  readonly #inFlight = new Map<number, MailboxItem>();

  constructor(private readonly limits: MailboxLimits) {}

  get waiting(): number {
    return this.#waiting.length;
  }

  /** Of all that it holds, waiting or in flight. */
  get seqs(): readonly number[] {
    return [...this.#inFlight.keys(), ...this.#waiting.map(({ seq }) => seq)];
  }

  /** @returns what was pushed out, the oldest first */
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

  /** An item that is not in flight is left where it is. @returns what was pushed out */
  requeue(seq: number): readonly MailboxItem[] {
    const item = this.#inFlight.get(seq);
    if (item === undefined) return [];
    this.#inFlight.delete(seq);
    return this.put(item);
  }

  #trim(): readonly MailboxItem[] {
    const { clientPackets, clientBytes } = this.limits;
    const pushedOut: MailboxItem[] = [];
    let bytes = this.#waiting.reduce((sum, item) => sum + item.bytes, 0);
    while (this.#waiting.length > clientPackets || (this.#waiting.length > 1 && bytes > clientBytes)) {
      const oldest = this.#waiting.shift();
      if (oldest === undefined) break;
      pushedOut.push(oldest);
      bytes -= oldest.bytes;
    }
    return pushedOut;
  }
}
