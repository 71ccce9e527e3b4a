import type { Packet } from './packet';

export interface Client {
  /** The name that the upstream gave it. */
  readonly id: string;
  /** It may be sent packets by other clients, and may send them: a debug server. */
  readonly acceptsDebug: boolean;
}

/** A packet on its way to its client. It is neither waiting nor gone until it is acknowledged or given back. */
export interface InFlightPacket {
  readonly client: string;
  readonly receipt: string;
  readonly packet: Packet;
  /** How many wait after this one. */
  readonly remaining: number;
}

/** A packet that waits for the upstream. */
export interface OutgoingRef {
  /** Rises with the order in which packets were accepted. */
  readonly seq: number;
  readonly client: string;
}

export interface PacketLimits {
  /** How many packets wait for a client. One more pushes out the oldest. */
  readonly clientPackets: number;
  /** How many bytes they may have together; the newest always has a place. */
  readonly clientBytes: number;
  /** How many packets wait for the upstream. */
  readonly upstreamPackets: number;
  readonly upstreamBytes: number;
  /** How many clients there are, those included that have packets waiting but never logged in. */
  readonly clients: number;
  readonly tokenLifetimeMs: number;
}

/**
 * What is known of clients, and the packets that wait for them. What an awaited method has done survives a restart, in the stores
 * that keep anything at all.
 */
export interface Mailboxes {
  /** A login: the client's former token, if it was another one, is worth nothing from now on. `full`: there are too many clients. */
  admit(client: Client, tokenHash: string): Promise<'admitted' | 'full'>;
  /** `undefined` when nobody has the token, or not any more. */
  identify(tokenHash: string): Promise<Client | undefined>;
  acceptsDebug(client: string): Promise<boolean>;
  /** Resolves when the packet is kept. `full`: the client is unknown, and there are too many already. */
  put(client: string, packet: Packet): Promise<'given' | 'full'>;
  /** The oldest packet, which is in flight from now on; one whose node died in flight waits again. */
  take(client: string): Promise<InFlightPacket | undefined>;
  /** The packet has reached its client. Done again, it does nothing. */
  acknowledge(taken: InFlightPacket): Promise<void>;
  /** Puts the packet back to where it was, once. */
  requeue(taken: InFlightPacket): Promise<void>;
  /** @param listener is told whenever a packet may be waiting. @returns ends it */
  onMail(client: string, listener: () => void): () => void;
}

/** The queue to the upstream: every packet in it is one node's to send. */
export interface Outbox {
  /** Resolves when the packet is kept, or is not because the queue is full. */
  add(client: string, packet: Packet): Promise<'added' | 'full'>;
  isFull(): Promise<boolean>;
  /** The packets that have become this node's to send since it was last asked, in order. Some may be told again. */
  newPackets(): Promise<readonly OutgoingRef[]>;
  onNewPackets(listener: () => void): void;
  /** `undefined` when the packet is not this node's to send any more. */
  load(outgoing: OutgoingRef): Promise<Packet | undefined>;
  remove(outgoing: OutgoingRef): Promise<void>;
  /**
   * Whether this node is the one that asks an upstream for packets, from now on for `ms`; 0: it does not want to be any longer.
   * @returns 0 when it is, and else for how many milliseconds another one is
   */
  claimPolling(upstream: string, ms: number): Promise<number>;
}

export interface PacketStore {
  readonly mailboxes: Mailboxes;
  readonly outbox: Outbox;
  close(): Promise<void>;
}
