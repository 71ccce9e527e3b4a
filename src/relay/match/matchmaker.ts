import { onAbort } from '../../core/scheduling/abortable';
import type { HeldRequest } from './held-request';
import { Matches, type MatchesOptions } from './matches';
import type { LeaveReason, QueueEvent, Queues, Role, WaiterId } from './queues';
import { recheckWaiter } from './recheck-waiter';
import { RequestBody } from './request-body';
import { ResponseBody, type ResponseBodyOptions } from './response-body';
import type { Transfer } from './transfer';
import { type UnansweredOutcome, Waiter, type WaiterOptions, type WaitOutcome } from './waiter';

interface MatchmakerOptions extends MatchesOptions {
  /** The most waiters on this node. */
  readonly waitersMax: number;
  /** How long a receiver may take nothing. */
  readonly stalledMs: number;
}

interface SendOptions {
  /** The longest wait for a match. `undefined`: forever. */
  readonly timeoutMs?: number | undefined;
  readonly onTransfer?: (transfer: Transfer) => void;
}

interface ReceiveOptions extends Omit<ResponseBodyOptions, 'stalledMs'> {
  /** The longest wait for a match. `undefined`: forever. */
  readonly timeoutMs?: number | undefined;
}

/** Brings the requests of one relay together. The queues know all waiters, a matchmaker those of its node. */
export class Matchmaker {
  readonly #waiters = new Map<WaiterId, Waiter>();
  readonly #matches: Matches;
  #count = 0;
  #isStopping = false;

  constructor(
    private readonly queues: Queues,
    private readonly options: MatchmakerOptions,
  ) {
    this.#matches = new Matches(queues, this.#waiters, options);
  }

  /** How many requests of this node wait for a match. */
  get waiting(): number {
    let count = 0;
    for (const waiter of this.#waiters.values()) if (waiter.isWaiting) count += 1;
    return count;
  }

  /** Sends a request's body to a receiver. @returns how it ended; `undefined`: the client left @throws LogError `STORE_UNAVAILABLE` */
  async send(
    queue: string,
    request: HeldRequest,
    options: SendOptions,
  ): Promise<UnansweredOutcome | undefined> {
    const source = new RequestBody(request);
    const outcome = await this.#join(queue, { role: 'sender', request, source, ...options });
    return outcome.kind === 'left' ? undefined : outcome;
  }

  /** Answers with a sender's body. @returns why not; `undefined`: it began, or the client left @throws LogError `STORE_UNAVAILABLE` */
  async receive(
    queue: string,
    request: HeldRequest,
    { timeoutMs, ...options }: ReceiveOptions,
  ): Promise<UnansweredOutcome | undefined> {
    const sink = new ResponseBody(request, { ...options, stalledMs: this.options.stalledMs });
    const outcome = await this.#join(queue, { role: 'receiver', request, sink, timeoutMs });
    if (outcome.kind === 'left') return undefined;
    return outcome.kind === 'transferred' && outcome.result.begun ? undefined : outcome;
  }

  /** An event for a waiter of this node. */
  notify(queue: string, to: WaiterId, event: QueueEvent): void {
    const waiter = this.#waiters.get(to);
    switch (event.kind) {
      case 'pair':
        this.#matches.onMatch(queue, to, event.match);
        break;
      case 'again':
        if (waiter === undefined) this.#removeUnknown(queue, to);
        else this.#requeue(waiter, event.transferId);
        break;
      case 'gone':
        if (waiter === undefined || waiter.transfer?.hasBegun) break;
        // A sender's transfer ends for the receiver, too.
        waiter.transfer?.cancel();
        waiter.settle(event);
    }
  }

  /** Settles all that wait. Resolves when no waiter is left. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    const waiters = [...this.#waiters.values()];
    for (const waiter of waiters) this.#leave(waiter, 'stopping', { kind: 'stopping' });
    await Promise.all(waiters.map(({ outcome }) => outcome));
  }

  close(): void {
    this.#matches.close();
  }

  async #join(queue: string, options: WaiterOptions): Promise<WaitOutcome> {
    if (this.#isStopping) return { kind: 'stopping' };
    if (this.#waiters.size >= this.options.waitersMax) return { kind: 'full' };
    this.#count += 1;
    const waiter = new Waiter(queue, `${this.options.node}|${this.#count}`, options);
    this.#waiters.set(waiter.id, waiter);
    let stopWatching = (): void => {};
    try {
      const joined = await this.queues.join(queue, waiter.id, waiter.role);
      if (joined.kind === 'refused') return joined;
      stopWatching = this.#watch(waiter, joined.withinMs);
      return await waiter.outcome;
    } catch (error) {
      // The store may have queued it nevertheless.
      this.#remove(queue, waiter.id, waiter.role);
      throw error;
    } finally {
      stopWatching();
      waiter.settle({ kind: 'left' });
      this.#waiters.delete(waiter.id);
    }
  }

  /** Watches for all that ends a wait. @returns stops it */
  #watch(waiter: Waiter, withinMs = Number.POSITIVE_INFINITY): () => void {
    const { request, timeoutMs = Number.POSITIVE_INFINITY } = waiter.options;
    const unwatch = request.watch(() => this.#onHalfClosed(waiter));
    const removeAbort = onAbort(request.disconnected, () => this.#leave(waiter, 'left', { kind: 'left' }));
    const expired = withinMs <= timeoutMs ? 'queue' : 'request';
    const ms = Math.min(withinMs, timeoutMs);
    const timer = Number.isFinite(ms) ? setTimeout(() => this.#expire(waiter, expired), ms) : undefined;
    const stopRechecking = recheckWaiter(this.queues, waiter, (match) =>
      this.#matches.onMatch(waiter.queue, waiter.id, match),
    );
    if (this.#isStopping) this.#leave(waiter, 'stopping', { kind: 'stopping' });
    return () => {
      unwatch();
      removeAbort();
      clearTimeout(timer);
      stopRechecking();
    };
  }

  /** A client that closes its side may want its response, but a killed one looks the same: both have left, unless a transfer has begun. */
  #onHalfClosed({ transfer, options }: Waiter): void {
    if (!transfer?.hasBegun) options.request.destroy();
  }

  #expire(waiter: Waiter, expired: 'request' | 'queue'): void {
    waiter.timedOut = expired;
    this.#leave(waiter, 'timeout', { kind: 'timeout', expired });
  }

  /** A waiter that has been matched meanwhile stays: its transfer decides the outcome. */
  #leave(waiter: Waiter, reason: LeaveReason, outcome: WaitOutcome): void {
    if (!waiter.isWaiting) return;
    const { queue, id, role } = waiter;
    this.queues.leave(queue, id, role, reason).then(
      (wasWaiting) => wasWaiting && waiter.settle(outcome),
      // The store is away. A match with this waiter will be cancelled.
      () => waiter.settle(outcome),
    );
  }

  #requeue(waiter: Waiter, transferId: string): void {
    if (waiter.transfer?.hasBegun) {
      // The sender's node died in the middle; the queues cannot know that bytes had flowed.
      this.#remove(waiter.queue, waiter.id, waiter.role);
      return;
    }
    waiter.requeue(transferId);
    if (waiter.options.request.isHalfClosed) this.#onHalfClosed(waiter);
    if (waiter.hasLeft) this.#leave(waiter, 'left', { kind: 'left' });
    else if (this.#isStopping) this.#leave(waiter, 'stopping', { kind: 'stopping' });
    else if (waiter.timedOut !== undefined) this.#expire(waiter, waiter.timedOut);
  }

  #removeUnknown(queue: string, id: WaiterId): void {
    this.#remove(queue, id, 'sender');
    this.#remove(queue, id, 'receiver');
  }

  #remove(queue: string, id: WaiterId, role: Role): void {
    // While the store is away it stays, and a match with it will be cancelled.
    this.queues.leave(queue, id, role, 'left').catch(() => {});
  }
}
