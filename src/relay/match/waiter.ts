import type { HeldRequest } from './held-request';
import type { Role, TransferResult, WaiterId } from './queues';
import type { Sink, Source, Transfer } from './transfer';

interface AnyWaiterOptions {
  readonly request: HeldRequest;
  /** The longest wait for a match, in milliseconds. `undefined`: forever. */
  readonly timeoutMs?: number | undefined;
}

interface SenderOptions extends AnyWaiterOptions {
  readonly role: 'sender';
  readonly source: Source;
  /** Called when a transfer starts, which may be cancelled and followed by another one. */
  readonly onTransfer?: (transfer: Transfer) => void;
}

interface ReceiverOptions extends AnyWaiterOptions {
  readonly role: 'receiver';
  readonly sink: Sink;
}

export type WaiterOptions = SenderOptions | ReceiverOptions;

/** How the wait of a request ended. */
export type WaitOutcome =
  | { readonly kind: 'transferred'; readonly result: TransferResult }
  | { readonly kind: 'refused'; readonly reason: string }
  /** Whose time ran out: that of the request, or that of the queue. */
  | { readonly kind: 'timeout'; readonly expired: 'request' | 'queue' }
  | { readonly kind: 'gone'; readonly reason: string }
  | { readonly kind: 'left' }
  | { readonly kind: 'stopping' }
  /** This node has as many waiters as it may have. */
  | { readonly kind: 'full' }
  /** The store was away for so long that the waiter may have been dropped from its queue. */
  | { readonly kind: 'lost' };

/** The outcome of a request that still needs a response. */
export type UnansweredOutcome = Exclude<WaitOutcome, { kind: 'left' }>;

/**
 * A request in a queue, on the node that has its connection.
 *
 * WAITING   in its queue. A match: MATCHED.
 * MATCHED   in a transfer. If that loses its other side before the first byte: WAITING again, at the head of the queue.
 * SETTLED   final; `outcome` is known.
 */
export class Waiter {
  readonly outcome: Promise<WaitOutcome>;
  #settle: (outcome: WaitOutcome) => void = () => {};
  #state: 'waiting' | 'matched' | 'settled' = 'waiting';
  /** Of the present transfer, or of the last one. */
  #transferId: string | undefined;
  transfer: Transfer | undefined;
  /** Set once a timeout has passed, also during a transfer. */
  timedOut: 'request' | 'queue' | undefined;

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
    return this.options.request.disconnected.aborted || this.#state === 'settled';
  }

  /** A waiter whose transfer has begun has no other one. */
  get canMatch(): boolean {
    return !this.hasLeft && !this.transfer?.hasBegun;
  }

  /** @returns `false` when it is settled, or in this transfer already */
  match(transferId: string): boolean {
    if (this.#state === 'settled' || this.#transferId === transferId) return false;
    this.#transferId = transferId;
    this.#state = 'matched';
    return true;
  }

  isIn(transferId: string): boolean {
    return this.#transferId === transferId;
  }

  /** Its transfer lost the other side before the first byte. */
  requeue(transferId: string): void {
    if (this.#state !== 'matched' || this.#transferId !== transferId) return;
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
