import type { RedisClient } from '../../redis/client';
import type { Link } from '../../redis/link';

/** What both ends of a channel use. */
export interface ChannelContext {
  readonly client: RedisClient;
  readonly transferId: string;
  /** For the sender's bytes on their way to Redis. @throws Error if there is none now */
  linkForSending(): Promise<Link>;
  /** For their way from Redis. @throws Error if there is none now */
  linkForReading(): Promise<Link>;
  /** Sends a message to the other end. */
  send(kind: ChannelMessage, fields?: Readonly<Record<string, string>>): void;
  /** Whether the node of the other end is alive. @throws whatever the client throws */
  isPeerAlive(): Promise<boolean>;
  onClosed(): void;
}

/**
 * To the sender: x-ack {bytes, entries, idle}, x-done {how, flushed}, x-here {from}. To the receiver: x-wake, and x-unknown if its x-here
 * found no sender. Bytes have a Redis stream of their own.
 */
type ChannelMessage = 'x-ack' | 'x-done' | 'x-here' | 'x-wake' | 'x-unknown';
