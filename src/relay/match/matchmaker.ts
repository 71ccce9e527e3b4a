import { Pairs, type PairsOptions } from './matches';
import type { Entry, Leaving, News, Places } from './queues';
import { lookRegularly } from './recheck';
import { Attendee, type Outcome, type Party } from './waiter';

export interface MeetingOptions extends PairsOptions {
  /** The most sides on this node; one more is `full`. */
  readonly attendeesMax: number;
}

/**
 * Brings the requests of one relay together. Where each stands is the places' knowledge; here are those of this node, as long as they
 * wait.
 */
export class Meeting {
  readonly #attendees = new Map<Entry, Attendee>();
  readonly #pairs: Pairs;
  #count = 0;
  #isStopping = false;

  constructor(
    private readonly places: Places,
    private readonly options: MeetingOptions,
  ) {
    this.#pairs = new Pairs(places, this.#attendees, options);
  }

  /** Resolves when the side is through. @throws LogError `STORE_UNAVAILABLE` */
  async attend(place: string, party: Party): Promise<Outcome> {
    if (this.#isStopping) return { kind: 'stopping' };
    if (this.#attendees.size >= this.options.attendeesMax) return { kind: 'full' };
    this.#count += 1;
    const attendee = new Attendee(place, `${this.options.node}|${this.#count}`, party);
    this.#attendees.set(attendee.entry, attendee);
    let stopWaiting = (): void => {};
    try {
      const attached = await this.#attach(attendee);
      if (attached.kind === 'refused') return attached;
      stopWaiting = this.#wait(attendee, attached.withinMs);
      return await attendee.outcome;
    } finally {
      stopWaiting();
      attendee.settle({ kind: 'left' });
      this.#attendees.delete(attendee.entry);
    }
  }

  /** News for one of this node's sides. */
  hear(place: string, to: Entry, news: News): void {
    const attendee = this.#attendees.get(to);
    switch (news.kind) {
      case 'pair':
        this.#pairs.found(place, to, news.pair);
        break;
      case 'again':
        if (attendee === undefined) this.#giveUp(place, to);
        else this.#again(attendee, news.exchange);
        break;
      case 'gone':
        if (attendee !== undefined && !attendee.exchange?.hasBegun) this.#gone(attendee, news);
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

  async #attach({ place, entry, role }: Attendee): ReturnType<Places['attach']> {
    try {
      return await this.places.attach(place, entry, role);
    } catch (error) {
      // It may have been attached all the same.
      this.#remove(place, entry, role);
      throw error;
    }
  }

  /** @returns ends the timers of a side that waits. */
  #wait(attendee: Attendee, withinMs = Number.POSITIVE_INFINITY): () => void {
    const { side, timeoutMs = Number.POSITIVE_INFINITY } = attendee.party;
    const unwatch = side.watch(() => this.#doubt(attendee));
    const onGone = (): void => this.#leave(attendee, 'left', { kind: 'left' });
    side.gone.addEventListener('abort', onGone);
    if (side.gone.aborted) onGone();
    const of = withinMs <= timeoutMs ? 'place' : 'request';
    const ms = Math.min(withinMs, timeoutMs);
    const timer = Number.isFinite(ms) ? setTimeout(() => this.#expire(attendee, of), ms) : undefined;
    const stopLooking = lookRegularly(this.places, attendee, (pair) =>
      this.#pairs.found(attendee.place, attendee.entry, pair),
    );
    if (this.#isStopping) this.#leave(attendee, 'stopping', { kind: 'stopping' });
    return () => {
      unwatch();
      side.gone.removeEventListener('abort', onGone);
      clearTimeout(timer);
      stopLooking();
    };
  }

  /**
   * The client has closed its side of the connection. It may only have said all it has to say, but that would show too late: one that
   * has left would have been given something meanwhile. So it is taken to have left, unless it is being served.
   */
  #doubt({ exchange, party }: Attendee): void {
    if (!exchange?.hasBegun) party.side.cut();
  }

  #expire(attendee: Attendee, of: 'request' | 'place'): void {
    attendee.overdue = of;
    this.#leave(attendee, 'timeout', { kind: 'timeout', of });
  }

  /** Whoever has been paired meanwhile stays: the exchange decides what becomes of it. */
  #leave(attendee: Attendee, why: Leaving, outcome: Outcome): void {
    if (!attendee.isWaiting) return;
    const { place, entry, role } = attendee;
    this.places.leave(place, entry, role, why).then(
      (wasWaiting) => wasWaiting && attendee.settle(outcome),
      // The store is away. Entries of a client that has left are skipped by whoever is paired with them.
      () => attendee.settle(outcome),
    );
  }

  #again(attendee: Attendee, exchangeId: string): void {
    if (attendee.exchange?.hasBegun) {
      // The sender's node died in the middle; the places cannot know that there was one.
      this.#remove(attendee.place, attendee.entry, attendee.role);
      return;
    }
    attendee.release(exchangeId);
    if (attendee.party.side.isHalfClosed) this.#doubt(attendee);
    if (attendee.isGone) this.#leave(attendee, 'left', { kind: 'left' });
    else if (this.#isStopping) this.#leave(attendee, 'stopping', { kind: 'stopping' });
    else if (attendee.overdue !== undefined) this.#expire(attendee, attendee.overdue);
  }

  /** The sender's node ends the exchange, too, and its end is what the receiver hears of. */
  #gone(attendee: Attendee, news: News & { readonly kind: 'gone' }): void {
    attendee.exchange?.breakOff();
    attendee.settle(news);
  }

  /** An entry that nobody stands behind any more. */
  #giveUp(place: string, entry: Entry): void {
    this.#remove(place, entry, 'sender');
    this.#remove(place, entry, 'receiver');
  }

  #remove(place: string, entry: Entry, role: 'sender' | 'receiver'): void {
    // Where the store is away, whoever is paired with the entry is told that nobody is there.
    this.places.leave(place, entry, role, 'left').catch(() => {});
  }
}
