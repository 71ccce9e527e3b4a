import type { Side } from './held-request';
import type { Ended, Entry, Role } from './queues';
import type { Exchange, Sink, Source } from './transfer';

/** One who comes to a meeting. */
export type Party = {
  readonly side: Side;
  /** Longest wait for the other side, in milliseconds. Absent: for ever. */
  readonly timeoutMs?: number;
} & (
  | { readonly role: 'sender'; readonly source: Source; readonly onExchange?: (exchange: Exchange) => void }
  | { readonly role: 'receiver'; readonly sink: Sink }
);

export type Outcome =
  | { readonly kind: 'exchanged'; readonly ended: Ended }
  | { readonly kind: 'refused'; readonly why: string }
  /** `place`: what ended is the time of the place, not that of the request. */
  | { readonly kind: 'timeout'; readonly of: 'request' | 'place' }
  | { readonly kind: 'gone'; readonly why: string }
  /** The client has left. */
  | { readonly kind: 'left' }
  /** The server stops. */
  | { readonly kind: 'stopping' }
  /** Too many wait already. */
  | { readonly kind: 'full' }
  /** What this side held was given up: the store was away for too long. */
  | { readonly kind: 'lost' };

/**
 * A side at a meeting, on this node.
 *
 * WAITING   at its place. News of a pair: MATCHED.
 * MATCHED   in an exchange. When that comes to nothing: WAITING again, at the head of the queue.
 * SETTLED   final; `outcome` is known.
 */
export class Attendee {
  readonly outcome: Promise<Outcome>;
  #settle: (outcome: Outcome) => void = () => {};
  #state: 'waiting' | 'matched' | 'settled' = 'waiting';
  /** The exchange that it is in, or was in last. */
  #exchangeId: string | undefined;
  exchange: Exchange | undefined;
  /** Set once its time is over, also while it is in an exchange. */
  overdue: 'request' | 'place' | undefined;

  constructor(
    readonly place: string,
    readonly entry: Entry,
    readonly party: Party,
  ) {
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get role(): Role {
    return this.party.role;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  get isGone(): boolean {
    return this.party.side.gone.aborted || this.#state === 'settled';
  }

  /** What has been given or taken a byte can be in no other exchange. */
  get isFree(): boolean {
    return !this.isGone && !this.exchange?.hasBegun;
  }

  /** @returns `false` when it is in this exchange already, or takes part in nothing any more. */
  match(exchangeId: string): boolean {
    if (this.#state === 'settled' || this.#exchangeId === exchangeId) return false;
    this.#exchangeId = exchangeId;
    this.#state = 'matched';
    return true;
  }

  isIn(exchangeId: string): boolean {
    return this.#exchangeId === exchangeId;
  }

  /** Its exchange has come to nothing. */
  release(exchangeId: string): void {
    if (this.#state !== 'matched' || this.#exchangeId !== exchangeId) return;
    this.#state = 'waiting';
    this.exchange?.abandon();
    this.exchange = undefined;
  }

  settle(outcome: Outcome): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#settle(outcome);
  }
}
