import type { Entry, News, Pair, Role, Standing } from '../match/queues';

export type Tell = (to: Entry, news: News) => void;

/** A place in the memory of the only node. Every method is one turn of the event loop: nothing comes between a check and a change. */
export class MemoryPlace {
  readonly #waiting: Record<Role, Entry[]> = { sender: [], receiver: [] };
  #pair: Pair | undefined;
  static #exchanges = 0;

  constructor(private readonly tell: Tell) {}

  get pair(): Pair | undefined {
    return this.#pair;
  }

  /** Nobody is here: it need not be kept. */
  get isEmpty(): boolean {
    return this.#pair === undefined && this.waiting.length === 0;
  }

  get waiting(): readonly Entry[] {
    return [...this.#waiting.sender, ...this.#waiting.receiver];
  }

  /** Whether a side of this role waits. */
  hasWaiting(role: Role): boolean {
    return this.#waiting[role].length > 0;
  }

  attach(entry: Entry, role: Role): void {
    this.#waiting[role].push(entry);
    this.#match();
  }

  leave(entry: Entry, role: Role): boolean {
    const queue = this.#waiting[role];
    const at = queue.indexOf(entry);
    if (at >= 0) queue.splice(at, 1);
    return at >= 0;
  }

  look(entry: Entry, role: Role): Standing {
    if (this.#waiting[role].includes(entry)) return { kind: 'waiting' };
    if (this.#pair?.[role] === entry) return { kind: 'paired', pair: this.#pair };
    return { kind: 'gone' };
  }

  /** @returns whether this was the exchange under way */
  finish(pair: Pair, returning: readonly Entry[]): boolean {
    if (this.#pair?.exchange !== pair.exchange) return false;
    this.#pair = undefined;
    for (const entry of returning) {
      this.#waiting[entry === pair.sender ? 'sender' : 'receiver'].unshift(entry);
      this.tell(entry, { kind: 'again', exchange: pair.exchange });
    }
    this.#match();
    return true;
  }

  /** Sends away also the two that are paired, if no byte has flowed: the sender's node knows. */
  close(why: string): void {
    this.clear(why);
    if (this.#pair !== undefined) this.tell(this.#pair.sender, { kind: 'gone', why });
  }

  /** Sends everyone away who waits. What is under way goes on. */
  clear(why: string): void {
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
    MemoryPlace.#exchanges += 1;
    const pair: Pair = { exchange: String(MemoryPlace.#exchanges), sender, receiver };
    this.#pair = pair;
    for (const entry of [receiver, sender]) this.tell(entry, { kind: 'pair', pair });
  }
}
