import type { Match, QueueEvent, Role, WaiterId, WaiterState } from '../match/queues';

export type NotifyWaiter = (to: WaiterId, news: QueueEvent) => void;

/** A place in the memory of the only node. Every method is one turn of the event loop: nothing comes between a check and a change. */
export class MemoryQueue {
  readonly #waiting: Record<Role, WaiterId[]> = { sender: [], receiver: [] };
  #pair: Match | undefined;
  static #exchanges = 0;

  constructor(private readonly tell: NotifyWaiter) {}

  get match(): Match | undefined {
    return this.#pair;
  }

  /** Nobody is here: it need not be kept. */
  get isEmpty(): boolean {
    return this.#pair === undefined && this.waiting.length === 0;
  }

  get waiting(): readonly WaiterId[] {
    return [...this.#waiting.sender, ...this.#waiting.receiver];
  }

  /** Whether a side of this role waits. */
  hasWaiting(role: Role): boolean {
    return this.#waiting[role].length > 0;
  }

  join(entry: WaiterId, role: Role): void {
    this.#waiting[role].push(entry);
    this.#match();
  }

  leave(entry: WaiterId, role: Role): boolean {
    const queue = this.#waiting[role];
    const at = queue.indexOf(entry);
    if (at >= 0) queue.splice(at, 1);
    return at >= 0;
  }

  refresh(entry: WaiterId, role: Role): WaiterState {
    if (this.#waiting[role].includes(entry)) return { kind: 'waiting' };
    if (this.#pair?.[role] === entry) return { kind: 'paired', pair: this.#pair };
    return { kind: 'gone' };
  }

  /** @returns whether this was the exchange under way */
  finish(pair: Match, returning: readonly WaiterId[]): boolean {
    if (this.#pair?.transferId !== pair.transferId) return false;
    this.#pair = undefined;
    for (const entry of returning) {
      this.#waiting[entry === pair.sender ? 'sender' : 'receiver'].unshift(entry);
      this.tell(entry, { kind: 'again', exchange: pair.transferId });
    }
    this.#match();
    return true;
  }

  /** Sends away also the two that are paired, if no byte has flowed: the sender's node knows. */
  close(why: string): void {
    this.evictWaiting(why);
    if (this.#pair !== undefined) this.tell(this.#pair.sender, { kind: 'gone', why });
  }

  /** Sends everyone away who waits. What is under way goes on. */
  evictWaiting(why: string): void {
    const all = this.waiting;
    this.#waiting.sender = [];
    this.#waiting.receiver = [];
    for (const entry of all) this.tell(entry, { kind: 'gone', why });
  }

  #match(): void {
    const [sender] = this.#waiting.sender;
    const [receiver] = this.#waiting.receiver;
    if (this.#pair !== undefined || sender === undefined || receiver === undefined) return;
    this.#waiting.sender.shift();
    this.#waiting.receiver.shift();
    MemoryQueue.#exchanges += 1;
    const pair: Match = { transferId: String(MemoryQueue.#exchanges), sender, receiver };
    this.#pair = pair;
    for (const entry of [receiver, sender]) this.tell(entry, { kind: 'pair', pair });
  }
}
