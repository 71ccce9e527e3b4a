/** A sender's request has the body; a receiver's response gets it. */
export type Role = 'sender' | 'receiver';

/** Names a waiter on all nodes: `<node>|<number>`. */
export type WaiterId = string;

/** One sender and one receiver of the same queue. */
export interface Match {
  /** Names their transfer on all nodes. */
  readonly transferId: string;
  readonly sender: WaiterId;
  readonly receiver: WaiterId;
}

/** How a transfer ended: all bytes arrived, or it lost its source or its destination. */
export interface TransferResult {
  readonly end: 'complete' | 'source' | 'destination';
  /** The receiver has the head of its response. */
  readonly begun: boolean;
  /** Bytes read from the sender. */
  readonly bytesRead: number;
  /** Bytes that the receiver's connection took. */
  readonly flushed: number;
}

/** Whether a waiter is in the queue now, or why it is not. */
export type JoinResult =
  | {
      readonly kind: 'joined';
      /** The queue itself expires after so many milliseconds. Absent: it does not. */
      readonly withinMs?: number;
    }
  | { readonly kind: 'refused'; readonly reason: string };

/** What a queue knows of one waiter. */
export type WaiterState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'matched'; readonly match: Match }
  /** Neither: the waiter was dropped, or its transfer has ended. */
  | { readonly kind: 'gone' };

/** Why a waiter left its queue. */
export type LeaveReason = 'left' | 'timeout' | 'stopping';

/**
 * The queues of one relay. Each method is one atomic step over all nodes, and sends a `QueueEvent` to each waiter that it affects. A
 * queue has one transfer at a time; the next match is made when that has finished.
 *
 * All throw LogError `STORE_UNAVAILABLE`.
 */
export interface Queues {
  /** How often a waiter asks for its state, in case an event was lost. Absent: no event can be lost. */
  readonly recheckMs?: number;
  join(queue: string, id: WaiterId, role: Role): Promise<JoinResult>;
  /** @returns whether it was waiting. Otherwise it was matched, and the transfer must be run or cancelled. */
  leave(queue: string, id: WaiterId, role: Role, reason: LeaveReason): Promise<boolean>;
  /** Extends the expiry of the queue. */
  refresh(queue: string, id: WaiterId, role: Role): Promise<WaiterState>;
  /** @param requeued lost their peer before the first byte: they wait again, at the head @returns whether the transfer was running */
  finish(
    queue: string,
    match: Match,
    result: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<boolean>;
  close(): void;
}

/** What a queue reports to one waiter. */
export type QueueEvent =
  | { readonly kind: 'pair'; readonly match: Match }
  /** The transfer lost the other side before the first byte: the waiter waits again. */
  | { readonly kind: 'again'; readonly transferId: string }
  /** The queue was removed. A waiter whose transfer has begun ignores it. */
  | { readonly kind: 'gone'; readonly reason: string };

/** Receives the events of a queue. */
export type QueueListener = (queue: string, to: WaiterId, event: QueueEvent) => void;

export function nodeOf(id: WaiterId): string {
  return id.slice(0, id.indexOf('|'));
}
