import type { HeldRequest } from './held-request';
import type { Role, TransferResult, WaiterId } from './queues';
import type { Sink, Source, Transfer } from './transfer';

/** One who comes to a meeting. */
export type WaiterOptions = {
  readonly side: HeldRequest;
  /** Longest wait for the other side, in milliseconds. Absent: for ever. */
  readonly timeoutMs?: number;
} & (
  | { readonly role: 'sender'; readonly source: Source; readonly onExchange?: (exchange: Transfer) => void }
  | { readonly role: 'receiver'; readonly sink: Sink }
);

export type WaitOutcome =
  | { readonly kind: 'exchanged'; readonly ended: TransferResult }
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
export class Waiter {
  readonly outcome: Promise<WaitOutcome>;
  #settle: (outcome: WaitOutcome) => void = () => {};
  #state: 'waiting' | 'matched' | 'settled' = 'waiting';
  /** The exchange that it is in, or was in last. */
  #exchangeId: string | undefined;
  transfer: Transfer | undefined;
  /** Set once its time is over, also while it is in an exchange. */
  timedOut: 'request' | 'place' | undefined;

  constructor(
    readonly queue: string,
    readonly id: WaiterId,
    readonly options: WaiterOptions,
  ) {
    this.outcome = new Promise((resolve) => {
      this.#settle = resolve;
    });
  }

  get role(): Role {
    return this.options.role;
  }

  get isWaiting(): boolean {
    return this.#state === 'waiting';
  }

  get hasLeft(): boolean {
    return this.options.side.disconnected.aborted || this.#state === 'settled';
  }

  /** What has been given or taken a byte can be in no other exchange. */
  get canMatch(): boolean {
    return !this.hasLeft && !this.transfer?.hasBegun;
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
  requeue(exchangeId: string): void {
    if (this.#state !== 'matched' || this.#exchangeId !== exchangeId) return;
    this.#state = 'waiting';
    this.transfer?.abandon();
    this.transfer = undefined;
  }

  settle(outcome: WaitOutcome): void {
    if (this.#state === 'settled') return;
    this.#state = 'settled';
    this.#settle(outcome);
  }
}
