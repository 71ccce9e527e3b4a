/** Senders give bytes, receivers take them. */
export type Role = 'sender' | 'receiver';

/** A side as all nodes know it: `<node>|<number>`. */
export type WaiterId = string;

/** Two sides that have found each other. */
export interface Match {
  /** Names this exchange, on all nodes. */
  readonly transferId: string;
  readonly sender: WaiterId;
  readonly receiver: WaiterId;
}

/** How an exchange ended: all bytes arrived, or one of its ends was lost. */
export interface TransferResult {
  readonly end: 'complete' | 'source' | 'destination';
  /** The receiver has been sent a head. */
  readonly begun: boolean;
  /** Bytes taken from the sender. */
  readonly bytesRead: number;
  /** Bytes that the receiver's connection took. */
  readonly flushed: number;
}

export type JoinResult =
  | {
      readonly kind: 'attached';
      /** After so many milliseconds the place itself is no more. */
      readonly withinMs?: number;
    }
  | { readonly kind: 'refused'; readonly why: string };

export type WaiterState =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'paired'; readonly pair: Match }
  /** Neither: it was given up, or its end was told. */
  | { readonly kind: 'gone' };

export type LeaveReason = 'left' | 'timeout' | 'stopping';

/**
 * Where sides wait for each other. Each method is one atomic step over all nodes, and tells whom it concerns: `News`. At a place
 * there is one exchange at a time; the next pair is made when it has finished.
 *
 * All throw LogError `STORE_UNAVAILABLE`.
 */
export interface Queues {
  /** How often a side that waits looks where it stands, in case that news was lost; absent where none can be. */
  readonly recheckMs?: number;
  join(place: string, entry: WaiterId, role: Role): Promise<JoinResult>;
  /** @returns whether it was still waiting. If not it has been paired, and the exchange must be run or broken off. */
  leave(place: string, entry: WaiterId, role: Role, why: LeaveReason): Promise<boolean>;
  refresh(place: string, entry: WaiterId, role: Role): Promise<WaiterState>;
  /**
   * @param returning sides that lost their counterpart before a byte flowed: they wait on, before all others.
   * @returns whether the exchange was under way
   */
  finish(place: string, pair: Match, ended: TransferResult, returning: readonly WaiterId[]): Promise<boolean>;
}

/** What a side is told. */
export type QueueEvent =
  | { readonly kind: 'pair'; readonly pair: Match }
  /** Its exchange came to nothing: it waits again. */
  | { readonly kind: 'again'; readonly exchange: string }
  /** The place is no more. To who is in an exchange it says so only if no byte has flowed. */
  | { readonly kind: 'gone'; readonly why: string };

export type QueueListener = (place: string, to: WaiterId, news: QueueEvent) => void;

export function nodeOf(entry: WaiterId): string {
  return entry.slice(0, entry.indexOf('|'));
}
