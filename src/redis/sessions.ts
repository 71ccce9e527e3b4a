import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client';

/** Numbers the times between which Redis may have lost bytes: a new session begins with each new connection to a master. */
export class ConnectionSessions {
  #present = 0;
  #began = (): void => {};

  constructor(client: RedisClient) {
    const begin = (): void => this.begin();
    client.on('ready', begin);
    if (client instanceof Cluster) client.on('+node', (node: Redis) => node.on('ready', begin));
  }

  get current(): number {
    return this.#present;
  }

  /** For a reason other than a new connection. */
  begin(): void {
    this.#present += 1;
    this.#began();
  }

  /** @param began is called whenever a session begins */
  onBegin(began: () => void): void {
    this.#began = began;
  }
}
