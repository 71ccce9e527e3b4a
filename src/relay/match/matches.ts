import { type Match, nodeOf, type Queues, type TransferResult, type WaiterId } from './queues';
import type { RemoteChannels } from './remote-channels';
import { Transfer } from './transfer';
import type { Waiter } from './waiter';

export interface MatchesOptions {
  /** The name of this process, the first part of the id of each waiter. */
  readonly node: string;
  /** Whether a waiter that lost its peer before the first byte waits again. */
  readonly requeues: boolean;
  /** Needed with several nodes. */
  readonly channels?: RemoteChannels;
}

const NOT_BEGUN = { begun: false, bytesRead: 0, flushed: 0 };

/** How often the end of a transfer is reported again while the store is away. */
const FINISH_RETRY_MS = 1_000;

/** Runs the transfer of each match that has a waiter on this node. The sender's node reports its end; queues notice a dead node. */
export class Matches {
  #isClosed = false;

  constructor(
    private readonly queues: Queues,
    /** Those of this node. */
    private readonly waiters: ReadonlyMap<WaiterId, Waiter>,
    private readonly options: MatchesOptions,
  ) {}

  /** The waiter `id` of this node is in a match. */
  onMatch(queue: string, id: WaiterId, match: Match): void {
    const waiter = this.waiters.get(id);
    const isSender = id === match.sender;
    if (waiter === undefined || !waiter.canMatch) {
      // A transfer that has begun notices a lost peer by itself.
      if (waiter?.isIn(match.transferId)) return;
      // It has left, or the node of its former sender died in the middle: then the queues requeued it, and matched it anew.
      this.#onAbsent(queue, isSender, match);
      if (waiter?.hasLeft) waiter.settle({ kind: 'left' });
      return;
    }
    if (isSender) {
      if (waiter.match(match.transferId)) void this.#send(waiter, match);
    } else if (nodeOf(match.sender) !== this.options.node) {
      if (waiter.match(match.transferId)) void this.#receive(waiter, match);
    } else if (!this.waiters.has(match.sender)) {
      this.#onAbsent(queue, true, match);
    }
  }

  /** Reports no more ends. */
  close(): void {
    this.#isClosed = true;
  }

  /** A waiter of this node is matched, but its client has left. */
  #onAbsent(queue: string, isSender: boolean, match: Match): void {
    const { channels, node, requeues } = this.options;
    if (!isSender) {
      // A sender on this node notices by itself.
      if (nodeOf(match.sender) !== node) channels?.cancelToSender(match);
      return;
    }
    const result: TransferResult = { ...NOT_BEGUN, end: 'source' };
    const receiver = this.waiters.get(match.receiver);
    const isLocal = nodeOf(match.receiver) === node;
    if (!requeues && !isLocal) channels?.cancelToReceiver(match);
    receiver?.match(match.transferId);
    void this.#finish(queue, match, result, requeues ? [match.receiver] : []).then(() => {
      if (!requeues) receiver?.settle({ kind: 'transferred', result });
    });
  }

  async #send(sender: Waiter, match: Match): Promise<void> {
    if (sender.options.role !== 'sender') return;
    const { source, onTransfer } = sender.options;
    const isLocal = nodeOf(match.receiver) === this.options.node;
    const found = isLocal ? this.waiters.get(match.receiver) : undefined;
    // One that cannot match gets this event by itself.
    const receiver = found?.canMatch ? found : undefined;
    let result: TransferResult | 'abandoned' = { ...NOT_BEGUN, end: 'destination' };
    if (receiver?.options.role === 'receiver') {
      receiver.match(match.transferId);
      sender.transfer = new Transfer(source, receiver.options.sink);
      receiver.transfer = sender.transfer;
    } else if (!isLocal) {
      sender.transfer = await this.#openRemote(sender, match);
    }
    if (sender.transfer !== undefined) {
      onTransfer?.(sender.transfer);
      const running = sender.transfer.run();
      // The client left while the channel to the receiver was being opened.
      if (sender.hasLeft) sender.transfer.cancel();
      result = await running;
    }
    if (result === 'abandoned') return;
    const requeued = this.#requeued(result, match);
    await this.#finish(sender.queue, match, result, requeued);
    if (!requeued.includes(match.sender)) sender.settle({ kind: 'transferred', result });
    if (!requeued.includes(match.receiver)) receiver?.settle({ kind: 'transferred', result });
  }

  /** @returns the transfer to a receiver on another node, once that is ready; `undefined` if it is lost */
  async #openRemote(sender: Waiter, match: Match): Promise<Transfer | undefined> {
    const { channels } = this.options;
    if (channels === undefined || sender.options.role !== 'sender') return undefined;
    const sink = channels.sinkTo(match);
    if (!(await sink.opened)) return undefined;
    return new Transfer(sender.options.source, sink);
  }

  async #receive(receiver: Waiter, match: Match): Promise<void> {
    const { channels } = this.options;
    if (channels === undefined || receiver.options.role !== 'receiver') return;
    const source = channels.sourceFrom(match);
    receiver.transfer = new Transfer(source, receiver.options.sink);
    const result = await receiver.transfer.run();
    if (result === 'abandoned') return;
    const { end, flushed } = result;
    if (end !== 'source') source.report(end === 'complete' ? 'complete' : 'lost', flushed);
    // The event comes from the sender's node. If that is dead, the next check of the waiter's state finds it requeued.
    if (this.#requeued(result, match).includes(match.receiver)) receiver.transfer = undefined;
    else receiver.settle({ kind: 'transferred', result });
  }

  #requeued({ end, bytesRead, begun }: TransferResult, { sender, receiver }: Match): readonly WaiterId[] {
    if (!this.options.requeues || end === 'complete' || bytesRead > 0 || begun) return [];
    return [end === 'source' ? receiver : sender];
  }

  /** While the store is away the report is repeated, and the queue stays occupied. */
  async #finish(
    queue: string,
    match: Match,
    result: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<void> {
    const settleLost = (): void => {
      for (const id of requeued) this.waiters.get(id)?.settle({ kind: 'lost' });
    };
    try {
      if (!(await this.queues.finish(queue, match, result, requeued))) settleLost();
    } catch {
      // The store itself logs that it is away.
      settleLost();
      if (this.#isClosed) return;
      setTimeout(() => void this.#finish(queue, match, result, []), FINISH_RETRY_MS).unref();
    }
  }
}
