import { Cluster, type Redis } from 'ioredis';
import type { RedisClient } from './client';

/** Numbers the sessions, between which Redis may have lost bytes. A session begins with each new connection to a master. */
export class ConnectionSessions {
  #current = 0;
  #onBegin = (): void => {};

  constructor(client: RedisClient) {
    const begin = (): void => this.begin();
    client.on('ready', begin);
    if (client instanceof Cluster) client.on('+node', (node: Redis) => node.on('ready', begin));
  }

  get current(): number {
    return this.#current;
  }

  /** Begins a session for another reason than a new connection. */
  begin(): void {
    this.#current += 1;
    this.#onBegin();
  }

  onBegin(listener: () => void): void {
    this.#onBegin = listener;
  }
}
