import type { RedisClient } from '../../redis/client';
import type { Link } from '../../redis/link';

/** What each end of a channel works with. */
export interface ChannelContext {
  readonly client: RedisClient;
  readonly transferId: string;
  /** The link that carries the sender's bytes to Redis. @throws Error if it cannot be opened now */
  linkForSending(): Promise<Link>;
  /** The link that carries the sender's bytes from Redis. @throws Error if it cannot be opened now */
  linkForReading(): Promise<Link>;
  /** Sends a message to the other end. */
  send(kind: ChannelMessage, fields?: Readonly<Record<string, string>>): void;
  /** Whether the node of the other end is alive. @throws whatever the client throws */
  isPeerAlive(): Promise<boolean>;
  /** This end has closed. */
  closed(): void;
}

/**
 * To the sender: x-ack {bytes, entries, idle}, x-done {how, flushed}, x-here {from}. To the receiver: x-wake, and x-unknown if its x-here
 * found no sender. The bytes are in a stream of their own.
 */
type ChannelMessage = 'x-ack' | 'x-done' | 'x-here' | 'x-wake' | 'x-unknown';
