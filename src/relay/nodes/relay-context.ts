import type { RelayRedis } from './relay-redis';

/** What the relays of this process share. */
export interface RelayContext {
  /** Names this process; another name at each start. */
  readonly node: string;
  /** Where relays store what must outlive the process. Absent with Redis, and if nothing is to be stored. */
  readonly directory: string | undefined;
  /** Present if the store is a Redis: then all nodes share the state of the relays. */
  readonly redis: RelayRedis | undefined;
  close(): Promise<void>;
}
