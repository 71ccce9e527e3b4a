import type { RelayRedis } from './relay-redis';

/** What the relays of this process share. */
export interface RelayContext {
  /** Names this process; another one at each start. */
  readonly node: string;
  /** Below it, what must outlive the process may be kept. Absent with Redis, and where nothing is to be kept. */
  readonly directory: string | undefined;
  /** Present when the store is a Redis: then all nodes share what the relays know. */
  readonly redis: RelayRedis | undefined;
  close(): Promise<void>;
}
