import type { RedisClient } from '../../redis/client';
import type { Link } from '../../redis/link';

/** What an end of a channel needs. */
export interface ChannelContext {
  readonly client: RedisClient;
  readonly transferId: string;
  /** What carries the sender's bytes to Redis. @throws Error when there is nothing now */
  linkForSending(): Promise<Link>;
  /** What carries them from Redis. @throws Error when there is nothing now */
  linkForReading(): Promise<Link>;
  /** Tells the other end. */
  send(kind: ChannelMessage, fields?: Readonly<Record<string, string>>): void;
  /** Whether the other end's node lives. @throws whatever the client throws */
  isPeerAlive(): Promise<boolean>;
  /** This end is done. */
  closed(): void;
}

/**
 * To the sender: x-ack {bytes, entries, idle}, x-done {how, flushed}, x-here {from}. To the receiver: x-wake, and x-unknown where its
 * x-here found no sender. Bytes go by a stream of their own.
 */
export type ChannelMessage = 'x-ack' | 'x-done' | 'x-here' | 'x-wake' | 'x-unknown';
