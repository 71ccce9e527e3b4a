import type { OutgoingRef } from '../store/packet-store';

/** One client's packets that wait to be sent to the upstream, in order. */
export class ClientQueue {
  readonly #waiting: OutgoingRef[] = [];
  isSending = false;
  /** No upstream could be reached: none is sent for a while. */
  isPaused = false;

  get hasNext(): boolean {
    return !this.isPaused && this.#waiting.length > 0;
  }

  get isIdle(): boolean {
    return !this.isPaused && !this.isSending && this.#waiting.length === 0;
  }

  /** Adds a packet in its position: it may have been sent before. */
  add(outgoing: OutgoingRef): void {
    const after = this.#waiting.findIndex(({ seq }) => seq > outgoing.seq);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, outgoing);
  }

  next(): OutgoingRef | undefined {
    return this.#waiting.shift();
  }
}
