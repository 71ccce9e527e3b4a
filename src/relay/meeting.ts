import { Attendee, type Outcome, type Party } from './attendee';
import type { Channels } from './channels';
import { Exchange } from './exchange';
import { lookRegularly } from './look-regularly';
import { type Ended, type Entry, type Leaving, type News, nodeOf, type Pair, type Places } from './places';

export interface MeetingOptions {
  /** The name of this process, the first part of each entry. */
  readonly node: string;
  /** The most sides on this node; one more is `full`. */
  readonly attendeesMax: number;
  /** Whether a side whose counterpart was lost before a byte flowed waits on. */
  readonly returns: boolean;
  /** Needed where there are several nodes. */
  readonly channels?: Channels;
}

const NOTHING = { begun: false, taken: 0, flushed: 0 };

/** How often the end of an exchange is told to a store that is away. */
const FINISH_AGAIN_MS = 1_000;

/**
 * Brings the requests of one relay together. Where each stands is the places' knowledge; here are the connections, and the exchange
 * between two. The sender's node says how an exchange ended, unless it is dead.
 */
export class Meeting {
  readonly #attendees = new Map<Entry, Attendee>();
  #count = 0;
  #isStopping = false;
  #isClosed = false;

  constructor(
    private readonly places: Places,
    private readonly options: MeetingOptions,
  ) {}

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
        this.#pair(place, to, news.pair);
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
    this.#isClosed = true;
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
      this.#pair(attendee.place, attendee.entry, pair),
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

  #pair(place: string, me: Entry, pair: Pair): void {
    const attendee = this.#attendees.get(me);
    const isSender = me === pair.sender;
    if (attendee === undefined || !attendee.isFree) {
      // In an exchange that has begun, its own end sees that.
      if (attendee?.isIn(pair.exchange)) return;
      // Also one whose sender's node has died in the middle: the places have put it back, and paired it before it was taken away.
      this.#absent(place, isSender, pair);
      if (attendee?.isGone) attendee.settle({ kind: 'left' });
      return;
    }
    if (isSender) {
      if (attendee.match(pair.exchange)) void this.#send(attendee, pair);
    } else if (nodeOf(pair.sender) !== this.options.node) {
      if (attendee.match(pair.exchange)) void this.#receive(attendee, pair);
    } else if (!this.#attendees.has(pair.sender)) {
      this.#absent(place, true, pair);
    }
  }

  /** One of this node's sides was paired, but its client has left. */
  #absent(place: string, isSender: boolean, pair: Pair): void {
    const { channels, node, returns } = this.options;
    if (!isSender) {
      // A sender on this node finds out by itself.
      if (nodeOf(pair.sender) !== node) channels?.refuse(pair);
      return;
    }
    const ended: Ended = { ...NOTHING, end: 'source' };
    const receiver = this.#attendees.get(pair.receiver);
    const isHere = nodeOf(pair.receiver) === node;
    if (!returns && !isHere) channels?.withhold(pair);
    receiver?.match(pair.exchange);
    void this.#finish(place, pair, ended, returns ? [pair.receiver] : []).then(() => {
      if (!returns) receiver?.settle({ kind: 'exchanged', ended });
    });
  }

  async #send(sender: Attendee, pair: Pair): Promise<void> {
    if (sender.party.role !== 'sender') return;
    const { source, onExchange } = sender.party;
    const isLocal = nodeOf(pair.receiver) === this.options.node;
    const found = isLocal ? this.#attendees.get(pair.receiver) : undefined;
    // One that is not free learns of this pair by itself.
    const receiver = found?.isFree ? found : undefined;
    let ended: Ended | 'abandoned' = { ...NOTHING, end: 'destination' };
    if (receiver?.party.role === 'receiver') {
      receiver.match(pair.exchange);
      sender.exchange = new Exchange(source, receiver.party.sink);
      receiver.exchange = sender.exchange;
    } else if (!isLocal) {
      sender.exchange = await this.#open(sender, pair);
    }
    if (sender.exchange !== undefined) {
      onExchange?.(sender.exchange);
      const running = sender.exchange.run();
      // The place was given up while the way to the receiver was being made.
      if (sender.isGone) sender.exchange.breakOff();
      ended = await running;
    }
    if (ended === 'abandoned') return;
    const returning = this.#returning(ended, pair);
    await this.#finish(sender.place, pair, ended, returning);
    if (!returning.includes(pair.sender)) sender.settle({ kind: 'exchanged', ended });
    if (!returning.includes(pair.receiver)) receiver?.settle({ kind: 'exchanged', ended });
  }

  /** @returns the exchange with a receiver on another node, once that is ready; `undefined` when there is none. */
  async #open(sender: Attendee, pair: Pair): Promise<Exchange | undefined> {
    const { channels } = this.options;
    if (channels === undefined || sender.party.role !== 'sender') return undefined;
    const sink = channels.sinkTo(pair);
    if (!(await sink.opened)) return undefined;
    return new Exchange(sender.party.source, sink);
  }

  async #receive(receiver: Attendee, pair: Pair): Promise<void> {
    const { channels } = this.options;
    if (channels === undefined || receiver.party.role !== 'receiver') return;
    const source = channels.sourceFrom(pair);
    const exchange = new Exchange(source, receiver.party.sink);
    receiver.exchange = exchange;
    const ended = await exchange.run();
    if (ended === 'abandoned') return;
    if (ended.end !== 'source') source.report(ended.end === 'complete' ? 'complete' : 'lost', ended.flushed);
    const returning = this.#returning(ended, pair);
    // It is told so, by the sender's node where that lives; else it finds out when it looks.
    if (returning.includes(pair.receiver)) receiver.exchange = undefined;
    else receiver.settle({ kind: 'exchanged', ended });
  }

  #returning({ end, taken, begun }: Ended, { sender, receiver }: Pair): readonly Entry[] {
    if (!this.options.returns || end === 'complete' || taken > 0 || begun) return [];
    return [end === 'source' ? receiver : sender];
  }

  /** While the store is away, it is told later: until then the place stays taken. */
  async #finish(place: string, pair: Pair, ended: Ended, returning: readonly Entry[]): Promise<void> {
    const lose = (): void => {
      for (const entry of returning) this.#attendees.get(entry)?.settle({ kind: 'lost' });
    };
    try {
      if (!(await this.places.finish(place, pair, ended, returning))) lose();
    } catch {
      // The store is away, and says so itself.
      lose();
      if (this.#isClosed) return;
      setTimeout(() => void this.#finish(place, pair, ended, []), FINISH_AGAIN_MS).unref();
    }
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
