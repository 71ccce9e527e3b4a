import { onAbort } from '../../core/scheduling/abortable';
import { Matches, type MatchesOptions } from './matches';
import type { LeaveReason, QueueEvent, Queues, WaiterId } from './queues';
import { recheckRegularly } from './recheck';
import { Waiter, type WaiterOptions, type WaitOutcome } from './waiter';

export interface MatchmakerOptions extends MatchesOptions {
  /** The most sides on this node; one more is `full`. */
  readonly waitersMax: number;
}

/**
 * Brings the requests of one relay together. Where each stands is the places' knowledge; here are those of this node, as long as they
 * wait.
 */
export class Matchmaker {
  readonly #attendees = new Map<WaiterId, Waiter>();
  readonly #pairs: Matches;
  #count = 0;
  #isStopping = false;

  constructor(
    private readonly places: Queues,
    private readonly options: MatchmakerOptions,
  ) {
    this.#pairs = new Matches(places, this.#attendees, options);
  }

  /** Resolves when the side is through. @throws LogError `STORE_UNAVAILABLE` */
  async join(place: string, party: WaiterOptions): Promise<WaitOutcome> {
    if (this.#isStopping) return { kind: 'stopping' };
    if (this.#attendees.size >= this.options.waitersMax) return { kind: 'full' };
    this.#count += 1;
    const attendee = new Waiter(place, `${this.options.node}|${this.#count}`, party);
    this.#attendees.set(attendee.id, attendee);
    let stopWaiting = (): void => {};
    try {
      const attached = await this.#attach(attendee);
      if (attached.kind === 'refused') return attached;
      stopWaiting = this.#wait(attendee, attached.withinMs);
      return await attendee.outcome;
    } finally {
      stopWaiting();
      attendee.settle({ kind: 'left' });
      this.#attendees.delete(attendee.id);
    }
  }

  /** News for one of this node's sides. */
  notify(place: string, to: WaiterId, news: QueueEvent): void {
    const attendee = this.#attendees.get(to);
    switch (news.kind) {
      case 'pair':
        this.#pairs.onMatch(place, to, news.pair);
        break;
      case 'again':
        if (attendee === undefined) this.#giveUp(place, to);
        else this.#again(attendee, news.exchange);
        break;
      case 'gone':
        if (attendee !== undefined && !attendee.transfer?.hasBegun) this.#gone(attendee, news);
    }
  }

  /** Ends what waits. Resolves when no side is left. */
  async drain(): Promise<void> {
    this.#isStopping = true;
    const all = [...this.#attendees.values()];
    for (const attendee of all) this.#leave(attendee, 'stopping', { kind: 'stopping' });
    await Promise.all(all.map(({ outcome }) => outcome));
  }

  close(): void {
    this.#pairs.close();
  }

  async #attach({ queue, id, role }: Waiter): ReturnType<Queues['join']> {
    try {
      return await this.places.join(queue, id, role);
    } catch (error) {
      // It may have been attached all the same.
      this.#remove(queue, id, role);
      throw error;
    }
  }

  /** @returns ends the timers of a side that waits. */
  #wait(attendee: Waiter, withinMs = Number.POSITIVE_INFINITY): () => void {
    const { side, timeoutMs = Number.POSITIVE_INFINITY } = attendee.options;
    const unwatch = side.watch(() => this.#doubt(attendee));
    const removeAbort = onAbort(side.disconnected, () => this.#leave(attendee, 'left', { kind: 'left' }));
    const of = withinMs <= timeoutMs ? 'place' : 'request';
    const ms = Math.min(withinMs, timeoutMs);
    const timer = Number.isFinite(ms) ? setTimeout(() => this.#expire(attendee, of), ms) : undefined;
    const stopLooking = recheckRegularly(this.places, attendee, (pair) =>
      this.#pairs.onMatch(attendee.queue, attendee.id, pair),
    );
    if (this.#isStopping) this.#leave(attendee, 'stopping', { kind: 'stopping' });
    return () => {
      unwatch();
      removeAbort();
      clearTimeout(timer);
      stopLooking();
    };
  }

  /**
   * The client has closed its side of the connection. It may only have said all it has to say, but that would show too late: one that
   * has left would have been given something meanwhile. So it is taken to have left, unless it is being served.
   */
  #doubt({ transfer, options }: Waiter): void {
    if (!transfer?.hasBegun) options.side.destroy();
  }

  #expire(attendee: Waiter, of: 'request' | 'place'): void {
    attendee.timedOut = of;
    this.#leave(attendee, 'timeout', { kind: 'timeout', of });
  }

  /** Whoever has been paired meanwhile stays: the exchange decides what becomes of it. */
  #leave(attendee: Waiter, why: LeaveReason, outcome: WaitOutcome): void {
    if (!attendee.isWaiting) return;
    const { queue, id, role } = attendee;
    this.places.leave(queue, id, role, why).then(
      (wasWaiting) => wasWaiting && attendee.settle(outcome),
      // The store is away. Entries of a client that has left are skipped by whoever is paired with them.
      () => attendee.settle(outcome),
    );
  }

  #again(attendee: Waiter, exchangeId: string): void {
    if (attendee.transfer?.hasBegun) {
      // The sender's node died in the middle; the places cannot know that there was one.
      this.#remove(attendee.queue, attendee.id, attendee.role);
      return;
    }
    attendee.requeue(exchangeId);
    if (attendee.options.side.isHalfClosed) this.#doubt(attendee);
    if (attendee.hasLeft) this.#leave(attendee, 'left', { kind: 'left' });
    else if (this.#isStopping) this.#leave(attendee, 'stopping', { kind: 'stopping' });
    else if (attendee.timedOut !== undefined) this.#expire(attendee, attendee.timedOut);
  }

  /** The sender's node ends the exchange, too, and its end is what the receiver hears of. */
  #gone(attendee: Waiter, news: QueueEvent & { readonly kind: 'gone' }): void {
    attendee.transfer?.cancel();
    attendee.settle(news);
  }

  /** An entry that nobody stands behind any more. */
  #giveUp(place: string, entry: WaiterId): void {
    this.#remove(place, entry, 'sender');
    this.#remove(place, entry, 'receiver');
  }

  #remove(place: string, entry: WaiterId, role: 'sender' | 'receiver'): void {
    // Where the store is away, whoever is paired with the entry is told that nobody is there.
    this.places.leave(place, entry, role, 'left').catch(() => {});
  }
}
