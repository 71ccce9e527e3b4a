import { type Match, nodeOf, type Queues, type TransferResult, type WaiterId } from './queues';
import type { RemoteChannels } from './remote-channels';
import { Transfer } from './transfer';
import type { Waiter } from './waiter';

export interface MatchesOptions {
  /** The name of this process, the first part of each entry. */
  readonly node: string;
  /** Whether a side whose counterpart was lost before a byte flowed waits on. */
  readonly requeues: boolean;
  /** Needed where there are several nodes. */
  readonly channels?: RemoteChannels;
}

const NOTHING: TransferResult = { end: 'source', begun: false, bytesRead: 0, flushed: 0 };

/** How often the end of an exchange is told to a store that is away. */
const FINISH_AGAIN_MS = 1_000;

/**
 * What becomes of two sides that have found each other, of which one at least is on this node: the exchange between them. The sender's
 * node says how it ended, unless it is dead.
 */
export class Matches {
  #isClosed = false;

  constructor(
    private readonly places: Queues,
    /** Those of this node. */
    private readonly attendees: ReadonlyMap<WaiterId, Waiter>,
    private readonly options: MatchesOptions,
  ) {}

  /** One of this node's sides, `me`, is in a pair. */
  onMatch(place: string, me: WaiterId, pair: Match): void {
    const attendee = this.attendees.get(me);
    const isSender = me === pair.sender;
    if (attendee === undefined || !attendee.canMatch) {
      // In an exchange that has begun, its own end sees that.
      if (attendee?.isIn(pair.transferId)) return;
      // Also one whose sender's node has died in the middle: the places have put it back, and paired it before it was taken away.
      this.#absent(place, isSender, pair);
      if (attendee?.hasLeft) attendee.settle({ kind: 'left' });
      return;
    }
    if (isSender) {
      if (attendee.match(pair.transferId)) void this.#send(attendee, pair);
    } else if (nodeOf(pair.sender) !== this.options.node) {
      if (attendee.match(pair.transferId)) void this.#receive(attendee, pair);
    } else if (!this.attendees.has(pair.sender)) {
      this.#absent(place, true, pair);
    }
  }

  /** The store is told nothing more. */
  close(): void {
    this.#isClosed = true;
  }

  /** One of this node's sides was paired, but its client has left. */
  #absent(place: string, isSender: boolean, pair: Match): void {
    const { channels, node, requeues } = this.options;
    if (!isSender) {
      // A sender on this node finds out by itself.
      if (nodeOf(pair.sender) !== node) channels?.cancelToSender(pair);
      return;
    }
    const ended: TransferResult = { ...NOTHING, end: 'source' };
    const receiver = this.attendees.get(pair.receiver);
    const isHere = nodeOf(pair.receiver) === node;
    if (!requeues && !isHere) channels?.cancelToReceiver(pair);
    receiver?.match(pair.transferId);
    void this.#finish(place, pair, ended, requeues ? [pair.receiver] : []).then(() => {
      if (!requeues) receiver?.settle({ kind: 'exchanged', ended });
    });
  }

  async #send(sender: Waiter, pair: Match): Promise<void> {
    if (sender.options.role !== 'sender') return;
    const { source, onExchange } = sender.options;
    const isLocal = nodeOf(pair.receiver) === this.options.node;
    const found = isLocal ? this.attendees.get(pair.receiver) : undefined;
    // One that is not free learns of this pair by itself.
    const receiver = found?.canMatch ? found : undefined;
    let ended: TransferResult | 'abandoned' = { ...NOTHING, end: 'destination' };
    if (receiver?.options.role === 'receiver') {
      receiver.match(pair.transferId);
      sender.transfer = new Transfer(source, receiver.options.sink);
      receiver.transfer = sender.transfer;
    } else if (!isLocal) {
      sender.transfer = await this.#open(sender, pair);
    }
    if (sender.transfer !== undefined) {
      onExchange?.(sender.transfer);
      const running = sender.transfer.run();
      // The place was given up while the way to the receiver was being made.
      if (sender.hasLeft) sender.transfer.cancel();
      ended = await running;
    }
    if (ended === 'abandoned') return;
    const returning = this.#returning(ended, pair);
    await this.#finish(sender.queue, pair, ended, returning);
    if (!returning.includes(pair.sender)) sender.settle({ kind: 'exchanged', ended });
    if (!returning.includes(pair.receiver)) receiver?.settle({ kind: 'exchanged', ended });
  }

  /** @returns the exchange with a receiver on another node, once that is ready; `undefined` when there is none. */
  async #open(sender: Waiter, pair: Match): Promise<Transfer | undefined> {
    const { channels } = this.options;
    if (channels === undefined || sender.options.role !== 'sender') return undefined;
    const sink = channels.sinkTo(pair);
    if (!(await sink.opened)) return undefined;
    return new Transfer(sender.options.source, sink);
  }

  async #receive(receiver: Waiter, pair: Match): Promise<void> {
    const { channels } = this.options;
    if (channels === undefined || receiver.options.role !== 'receiver') return;
    const source = channels.sourceFrom(pair);
    const exchange = new Transfer(source, receiver.options.sink);
    receiver.transfer = exchange;
    const ended = await exchange.run();
    if (ended === 'abandoned') return;
    if (ended.end !== 'source') source.report(ended.end === 'complete' ? 'complete' : 'lost', ended.flushed);
    const returning = this.#returning(ended, pair);
    // It is told so, by the sender's node where that lives; else it finds out when it looks.
    if (returning.includes(pair.receiver)) receiver.transfer = undefined;
    else receiver.settle({ kind: 'exchanged', ended });
  }

  #returning({ end, bytesRead, begun }: TransferResult, { sender, receiver }: Match): readonly WaiterId[] {
    if (!this.options.requeues || end === 'complete' || bytesRead > 0 || begun) return [];
    return [end === 'source' ? receiver : sender];
  }

  /** While the store is away, it is told later: until then the place stays taken. */
  async #finish(
    place: string,
    pair: Match,
    ended: TransferResult,
    returning: readonly WaiterId[],
  ): Promise<void> {
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
