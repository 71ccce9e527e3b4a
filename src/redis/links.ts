import type { Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { withTimeout } from '../core/scheduling/timeout';
import { socketOf } from '../node-internals/redis-socket';
import { Link } from './link';

interface LinkConnector {
  /** Opens a connection to the same master. @throws Error */
  connect(): Promise<Redis>;
  close(connection: Redis): void;
}

/** One link beside each ioredis connection to a master, to the same process, so that replies are valid for both. They close together. */
export class Links {
  readonly #links = new WeakMap<Socket, Link>();
  readonly #opening = new WeakMap<Socket, Promise<Link>>();

  /** @param onOpen called with the name of the Redis process at the other end of each new link */
  constructor(
    private readonly timeoutMs: number,
    private readonly onOpen: (process: string) => void,
  ) {}

  /** The link beside a connection, if it is open. */
  existing(connection: Redis): Link | undefined {
    const socket = socketOf(connection);
    const link = socket && this.#links.get(socket);
    return link?.isOpen ? link : undefined;
  }

  /** @throws Error if no link can be opened now */
  async open(connection: Redis, connector: LinkConnector): Promise<Link> {
    const stream = socketOf(connection);
    if (connection.status !== 'ready' || stream === undefined)
      throw new Error('the connection to Redis is lost');
    const known = this.#opening.get(stream);
    if (known !== undefined) return known;
    const opening = this.#open(connection, stream, connector).finally(() => this.#opening.delete(stream));
    this.#opening.set(stream, opening);
    return opening;
  }

  async #open(connection: Redis, stream: Socket, connector: LinkConnector): Promise<Link> {
    const own = await connector.connect();
    try {
      // After these replies, ioredis expects no reply to a command that it sent by itself.
      const [here, there] = await withTimeout(
        this.timeoutMs,
        Promise.all([identityOf(own), identityOf(connection)]),
      );
      if (own.status !== 'ready' || stream.destroyed) throw new Error('the connection to Redis is lost');
      if (here !== there) {
        // ioredis is to reconnect to the process that has the address now.
        connection.disconnect(true);
        throw new Error('Redis was failed over in between');
      }
      this.onOpen(here);
      const link = Link.adopt(own, this.timeoutMs);
      this.#links.set(stream, link);
      const close = (): void => link.close();
      stream.once('close', close);
      own.once('end', () => {
        stream.off('close', close);
        connector.close(own);
      });
      return link;
    } catch (error) {
      connector.close(own);
      throw error;
    }
  }
}

/** Names the process that answers, as an address may be a proxy's, or may have moved. Without a run id, its address is the name. */
async function identityOf(redis: Redis): Promise<string> {
  const [, runId] = /^run_id:(\S+)/m.exec(await redis.info('server')) ?? [];
  const socket = socketOf(redis);
  return runId ?? `${socket?.remoteAddress} ${socket?.remotePort}`;
}
