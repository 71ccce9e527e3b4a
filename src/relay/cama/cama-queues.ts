import type { Queues } from '../match/queues';

/** A session of cama: a host, and the peer that it admits. */
export interface CamaSession {
  readonly id: string;
  /** SHA-256 of the host's token, in hex. */
  readonly tokenHash: string;
  /** Only the permitted guest takes part. */
  readonly isSecure: boolean;
  /** The address of the permitted guest. */
  readonly peer?: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** The sender of a direction. The two directions of a session are independent. */
export type Direction = 'host' | 'guest';

/**
 * The sessions of cama. Each direction of a session is a queue: `directionQueue`. `join` refuses with `unknown` (also after the end of
 * the session), and with `taken` if another request of the same role waits; one may wait while a transfer runs. `gone` means that the
 * session was removed.
 */
export interface CamaQueues extends Queues {
  /** @returns `false` if there are too many */
  create(session: CamaSession): Promise<boolean>;
  session(id: string): Promise<CamaSession | undefined>;
  /** Permits the guest at this address, and no other. */
  permit(id: string, peer: string): Promise<void>;
  /** Evicts all that wait. A running transfer goes on. */
  remove(id: string): Promise<void>;
}

/** The reason for eviction when a session is removed. */
export const REMOVED = 'removed';

export function directionQueue(session: string, sender: Direction): string {
  return `${session}:${sender}`;
}

export function sessionIdOf(queue: string): string {
  return queue.slice(0, queue.indexOf(':'));
}
