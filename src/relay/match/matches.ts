import { type Ended, type Entry, nodeOf, type Pair, type Places } from './queues';
import type { Channels } from './remote-channels';
import { Exchange } from './transfer';
import type { Attendee } from './waiter';

export interface PairsOptions {
  /** The name of this process, the first part of each entry. */
  readonly node: string;
  /** Whether a side whose counterpart was lost before a byte flowed waits on. */
  readonly returns: boolean;
  /** Needed where there are several nodes. */
  readonly channels?: Channels;
}

const NOTHING: Ended = { end: 'source', begun: false, taken: 0, flushed: 0 };

/** How often the end of an exchange is told to a store that is away. */
const FINISH_AGAIN_MS = 1_000;

/**
 * What becomes of two sides that have found each other, of which one at least is on this node: the exchange between them. The sender's
 * node says how it ended, unless it is dead.
 */
export class Pairs {
  #isClosed = false;

  constructor(
    private readonly places: Places,
    /** Those of this node. */
    private readonly attendees: ReadonlyMap<Entry, Attendee>,
    private readonly options: PairsOptions,
  ) {}

  /** One of this node's sides, `me`, is in a pair. */
  found(place: string, me: Entry, pair: Pair): void {
    const attendee = this.attendees.get(me);
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
    } else if (!this.attendees.has(pair.sender)) {
      this.#absent(place, true, pair);
    }
  }

  /** The store is told nothing more. */
  close(): void {
    this.#isClosed = true;
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
    const receiver = this.attendees.get(pair.receiver);
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
    const found = isLocal ? this.attendees.get(pair.receiver) : undefined;
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
      for (const entry of returning) this.attendees.get(entry)?.settle({ kind: 'lost' });
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
}
