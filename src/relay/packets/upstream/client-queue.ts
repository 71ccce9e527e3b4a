import type { OutgoingRef } from '../store/packet-store';

/** One client's packets to the upstream that have yet to be sent, in order. */
export class ClientQueue {
  readonly #waiting: OutgoingRef[] = [];
  /** Somebody is starting one after the other. */
  isSending = false;
  /** No upstream could be reached: nothing is started for a while. */
  isPaused = false;

  get mayStart(): boolean {
    return !this.isPaused && this.#waiting.length > 0;
  }

  get isIdle(): boolean {
    return !this.isPaused && !this.isSending && this.#waiting.length === 0;
  }

  /** To its place in the order: it may have been tried before. */
  add(outgoing: OutgoingRef): void {
    const after = this.#waiting.findIndex(({ seq }) => seq > outgoing.seq);
    this.#waiting.splice(after === -1 ? this.#waiting.length : after, 0, outgoing);
  }

  next(): OutgoingRef | undefined {
    return this.#waiting.shift();
  }
}
