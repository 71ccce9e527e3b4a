import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { Link } from './link';
import { within } from './within';

export interface LinkSource {
  /** Makes a connection to the same master, which is ready. @throws Error */
  connect(): Promise<Redis>;
  release(connection: Redis): void;
}

/**
 * A link beside each connection of ioredis to a master, to the very same Redis: what the one is told of a log holds for the other.
 * It lives no longer than the connection.
 */
export class Links {
  readonly #links = new WeakMap<Socket, Link>();
  readonly #opening = new WeakMap<Socket, Promise<Link>>();

  constructor(private readonly timeoutMs: number) {}

  /** The link beside a connection, if it is there already. */
  beside({ stream }: { readonly stream?: Socket }): Link | undefined {
    const link = stream && this.#links.get(stream);
    return link?.isOpen ? link : undefined;
  }

  /** @throws Error when there can be none now */
  async open(connection: Redis, source: LinkSource): Promise<Link> {
    if (connection.status !== 'ready') throw new Error('the connection to Redis is lost');
    const { stream } = connection;
    const opening = this.#opening.get(stream) ?? this.#open(connection, stream, source);
    this.#opening.set(stream, opening);
    try {
      return await opening;
    } finally {
      this.#opening.delete(stream);
    }
  }

  async #open(connection: Redis, stream: Socket, source: LinkSource): Promise<Link> {
    const own = await source.connect();
    try {
      // It also makes sure that nothing is to come any more that ioredis asked by itself.
      const [here, there] = await within(this.timeoutMs, Promise.all([runId(own), runId(connection)]));
      if (here !== there || stream.destroyed) throw new Error('Redis was failed over in between');
      const link = Link.over(own, this.timeoutMs);
      own.once('end', () => source.release(own));
      stream.once('close', () => link.close());
      this.#links.set(stream, link);
      return link;
    } catch (error) {
      source.release(own);
      throw error;
    }
  }
}

/** Which process answers: its address may be that of a proxy, or a name that has moved on. */
async function runId(redis: Redis): Promise<string | undefined> {
  return /^run_id:(\S+)/m.exec(await redis.info('server'))?.[1];
}
