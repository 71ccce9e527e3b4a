import type { RelayRedis } from './relay-redis';

/** Shared by all relays of this process. */
export interface RelayContext {
  /** Names this process. Each start has a new name. */
  readonly node: string;
  /** For what must survive a restart. `undefined` with Redis, and if the store keeps nothing. */
  readonly directory: string | undefined;
  /** Present if the store is a Redis: then all nodes share the state of the relays. */
  readonly redis: RelayRedis | undefined;
  close(): Promise<void>;
}
