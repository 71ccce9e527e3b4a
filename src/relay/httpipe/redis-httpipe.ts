import { join } from 'node:path';
import { toTexts } from '../../redis/resp/reply';
import type { QueueListener } from '../match/queues';
import type { RelayRedis } from '../nodes/relay-redis';
import { RedisQueues } from '../queues/redis-queues';
import { DESTROYED, type HttpipeQueues } from './httpipe-queues';

/** The channels of httpipe in Redis, shared by all nodes. */
export class RedisHttpipe extends RedisQueues implements HttpipeQueues {
  constructor(redis: RelayRedis, listener: QueueListener) {
    super(redis, 'hp', join(__dirname, 'lua'), listener);
  }

  async destroy(namespace: string, channel = ''): Promise<void> {
    await this.run('destroy', encodeURIComponent(namespace), encodeURIComponent(channel), DESTROYED);
  }

  namespaces(): Promise<readonly string[]> {
    return this.#list('');
  }

  channels(namespace: string): Promise<readonly string[]> {
    return this.#list(encodeURIComponent(namespace));
  }

  async #list(namespace: string): Promise<readonly string[]> {
    const names = toTexts(await this.run('list', namespace));
    return names.map(decodeURIComponent);
  }
}
