import type { Config } from '../../../config/config';
import type { Packet } from './packet';

/** A client of the packet proxy, by its id. */
export interface Client {
  /** The name that the upstream gave it. */
  readonly id: string;
  /** A debug server: it may send packets to other clients, and get theirs. */
  readonly acceptsDebug: boolean;
}

/** A packet on its way to its client, until it is acknowledged or requeued. */
export interface InFlightPacket {
  readonly client: string;
  readonly receipt: string;
  readonly packet: Packet;
  /** How many packets wait after this one. */
  readonly remaining: number;
}

/** A packet that waits for the upstream. */
export interface OutgoingRef {
  /** Rises with the order in which packets were accepted. */
  readonly seq: number;
  readonly client: string;
}

export type PacketLimits = Pick<
  Config['packets'],
  'clientBuffer' | 'clientBytes' | 'upstreamBuffer' | 'upstreamBytes' | 'clients' | 'tokenLifetime'
>;

/** The clients, and the packets that wait for them. The effect of an awaited method survives a restart, if the store keeps anything. */
export interface Mailboxes {
  /** A login. The client's former token becomes invalid. `full`: there are too many clients. */
  admit(client: Client, tokenHash: string): Promise<'admitted' | 'full'>;
  /** `undefined` if no client has the token, or it has expired. */
  identify(tokenHash: string): Promise<Client | undefined>;
  acceptsDebug(client: string): Promise<boolean>;
  /** Resolves when the packet is stored. `full`: the client is unknown, and there are too many already. */
  put(client: string, packet: Packet): Promise<'stored' | 'full'>;
  /** Puts the oldest packet in flight. One whose node died in flight waits again. */
  take(client: string): Promise<InFlightPacket | undefined>;
  /** The packet has reached its client. Does nothing if repeated. */
  acknowledge(inFlight: InFlightPacket): Promise<void>;
  /** Puts the packet back in its position. Does nothing if repeated. */
  requeue(inFlight: InFlightPacket): Promise<void>;
  /** @param listener is called whenever a packet may be waiting. @returns removes it */
  onMail(client: string, listener: () => void): () => void;
}

/** The queue to the upstream. Each packet in it is sent by one node. */
export interface Outbox {
  /** Resolves when the packet is stored, or is not because the queue is full. */
  add(client: string, packet: Packet): Promise<'added' | 'full'>;
  isFull(): Promise<boolean>;
  /** The packets that this node has to send since the last call, in order. Some may be returned twice. */
  newPackets(): Promise<readonly OutgoingRef[]>;
  onNewPackets(listener: () => void): void;
  /** `undefined` if another node has to send the packet now. */
  load(outgoing: OutgoingRef): Promise<Packet | undefined>;
  remove(outgoing: OutgoingRef): Promise<void>;
  /** Makes this node poll an upstream for `ms`; 0 ends that. @returns 0, or for how many more milliseconds another node does */
  claimPolling(upstream: string, ms: number): Promise<number>;
}

/** Where packets, clients and tokens live. */
export interface PacketStore {
  readonly mailboxes: Mailboxes;
  readonly outbox: Outbox;
  close(): Promise<void>;
}
