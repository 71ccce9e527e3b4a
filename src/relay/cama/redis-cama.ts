import { join } from 'node:path';
import { toMap } from '../../redis/resp/reply';
import type { QueueListener } from '../match/queues';
import type { RelayRedis } from '../nodes/relay-redis';
import { RedisQueues } from '../queues/redis-queues';
import { type CamaQueues, type CamaSession, REMOVED } from './cama-queues';

/** The sessions of cama in Redis, shared by all nodes. */
export class RedisCama extends RedisQueues implements CamaQueues {
  constructor(
    redis: RelayRedis,
    private readonly sessionsMax: number,
    listener: QueueListener,
  ) {
    super(redis, 'cm', join(__dirname, 'lua'), listener);
  }

  async create({ id, tokenHash, isSecure, expiresAt }: CamaSession): Promise<boolean> {
    return (await this.run('create', id, tokenHash, isSecure ? 1 : 0, expiresAt, this.sessionsMax)) === 1;
  }

  async session(id: string): Promise<CamaSession | undefined> {
    const facts = toMap(await this.run('session', id));
    const [tokenHash, expires, peer] = ['token', 'expires', 'peer'].map((name) => facts.get(name));
    if (tokenHash === undefined || expires === undefined) return undefined;
    const isSecure = facts.get('secure') === '1';
    return { id, tokenHash, isSecure, expiresAt: Number(expires), ...(peer !== undefined && { peer }) };
  }

  async permit(id: string, peer: string): Promise<void> {
    await this.run('permit', id, peer);
  }

  async remove(id: string): Promise<void> {
    await this.run('remove', id, REMOVED);
  }
}
