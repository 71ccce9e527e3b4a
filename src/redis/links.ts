import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { withTimeout } from '../core/scheduling/timeout';
import { Link } from './link';

export interface LinkConnector {
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

  /** @param opened is given the process at the other end of each new link */
  constructor(
    private readonly timeoutMs: number,
    private readonly opened: (process: string) => void,
  ) {}

  /** The link beside a connection, if it is there already. */
  existing({ stream }: { readonly stream?: Socket }): Link | undefined {
    const link = stream && this.#links.get(stream);
    return link?.isOpen ? link : undefined;
  }

  /** @throws Error when there can be none now */
  async open(connection: Redis, source: LinkConnector): Promise<Link> {
    if (connection.status !== 'ready') throw new Error('the connection to Redis is lost');
    const { stream } = connection;
    const known = this.#opening.get(stream);
    if (known !== undefined) return known;
    const opening = this.#open(connection, stream, source).finally(() => this.#opening.delete(stream));
    this.#opening.set(stream, opening);
    return opening;
  }

  async #open(connection: Redis, stream: Socket, source: LinkConnector): Promise<Link> {
    const own = await source.connect();
    try {
      // It also makes sure that nothing is to come any more that ioredis asked by itself.
      const [here, there] = await withTimeout(
        this.timeoutMs,
        Promise.all([identityOf(own), identityOf(connection)]),
      );
      if (own.status !== 'ready' || stream.destroyed) throw new Error('the connection to Redis is lost');
      if (here !== there) {
        // Where the address points now is where all of it has to go.
        connection.disconnect(true);
        throw new Error('Redis was failed over in between');
      }
      this.opened(here);
      const link = Link.adopt(own, this.timeoutMs);
      this.#links.set(stream, link);
      const close = (): void => link.close();
      stream.once('close', close);
      own.once('end', () => {
        stream.off('close', close);
        source.release(own);
      });
      return link;
    } catch (error) {
      source.release(own);
      throw error;
    }
  }
}

/**
 * Which process answers: its address may be that of a proxy, or a name that has moved on. One that does not tell is known by its
 * address all the same.
 */
async function identityOf(redis: Redis): Promise<string> {
  const [, runId] = /^run_id:(\S+)/m.exec(await redis.info('server')) ?? [];
  return runId ?? `${redis.stream.remoteAddress} ${redis.stream.remotePort}`;
}
