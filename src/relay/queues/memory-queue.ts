import type { Match, QueueEvent, Role, WaiterId, WaiterState } from '../match/queues';

type NotifyWaiter = (to: WaiterId, event: QueueEvent) => void;

/** A queue in the memory of the only node. Each method runs in one turn of the event loop, which makes it atomic. */
export class MemoryQueue {
  readonly #waiting: Record<Role, WaiterId[]> = { sender: [], receiver: [] };
  #match: Match | undefined;
  static #transfers = 0;

  constructor(private readonly notify: NotifyWaiter) {}

  get match(): Match | undefined {
    return this.#match;
  }

  get isEmpty(): boolean {
    return this.#match === undefined && this.#allWaiting.length === 0;
  }

  hasWaiting(role: Role): boolean {
    return this.#waiting[role].length > 0;
  }

  join(id: WaiterId, role: Role): void {
    this.#waiting[role].push(id);
    this.#matchFirst();
  }

  leave(id: WaiterId, role: Role): boolean {
    const waiting = this.#waiting[role];
    const index = waiting.indexOf(id);
    if (index >= 0) waiting.splice(index, 1);
    return index >= 0;
  }

  refresh(id: WaiterId, role: Role): WaiterState {
    if (this.#waiting[role].includes(id)) return { kind: 'waiting' };
    if (this.#match?.[role] === id) return { kind: 'matched', match: this.#match };
    return { kind: 'gone' };
  }

  /** @returns whether this was the running transfer */
  finish(match: Match, requeued: readonly WaiterId[]): boolean {
    if (this.#match?.transferId !== match.transferId) return false;
    this.#match = undefined;
    for (const id of requeued) {
      this.#waiting[id === match.sender ? 'sender' : 'receiver'].unshift(id);
      this.notify(id, { kind: 'again', transferId: match.transferId });
    }
    this.#matchFirst();
    return true;
  }

  /** Evicts all that wait, and a match whose transfer has not begun: its sender's node knows whether it has. */
  close(reason: string): void {
    this.evictWaiting(reason);
    if (this.#match !== undefined) this.notify(this.#match.sender, { kind: 'gone', reason });
  }

  /** A running transfer goes on. */
  evictWaiting(reason: string): void {
    const evicted = this.#allWaiting;
    this.#waiting.sender = [];
    this.#waiting.receiver = [];
    for (const id of evicted) this.notify(id, { kind: 'gone', reason });
  }

  get #allWaiting(): readonly WaiterId[] {
    return [...this.#waiting.sender, ...this.#waiting.receiver];
  }

  #matchFirst(): void {
    const [sender] = this.#waiting.sender;
    const [receiver] = this.#waiting.receiver;
    if (this.#match !== undefined || sender === undefined || receiver === undefined) return;
    this.#waiting.sender.shift();
    this.#waiting.receiver.shift();
    MemoryQueue.#transfers += 1;
    const match: Match = { transferId: String(MemoryQueue.#transfers), sender, receiver };
    this.#match = match;
    for (const id of [receiver, sender]) this.notify(id, { kind: 'pair', match });
  }
}
