import type { Queues } from '../match/queues';

export interface CamaSession {
  readonly id: string;
  /** SHA-256 of the host's token, in hex. */
  readonly tokenHash: string;
  /** Only the permitted guest may take part. */
  readonly isSecure: boolean;
  /** The address of the permitted guest. */
  readonly peer?: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
}

/** Who sends. The two directions of a session have nothing to do with each other. */
export type Direction = 'host' | 'guest';

/**
 * Sessions. A place is one direction of a session: `directionOf`. `attach` refuses with `unknown` (also when the session has ended) and
 * with `taken` when another of the same role waits already; behind a running exchange one may wait. `gone` says that the session was
 * removed.
 */
export interface CamaQueues extends Queues {
  /** @returns `false` when there are too many */
  create(session: CamaSession): Promise<boolean>;
  session(id: string): Promise<CamaSession | undefined>;
  /** Permits the guest at this address, and no other. */
  permit(id: string, peer: string): Promise<void>;
  /** Sends away who waits. What is under way goes on. */
  remove(id: string): Promise<void>;
  close(): void;
}

export function directionQueue(session: string, sender: Direction): string {
  return `${session}:${sender}`;
}

export function sessionIdOf(place: string): string {
  return place.slice(0, place.indexOf(':'));
}
