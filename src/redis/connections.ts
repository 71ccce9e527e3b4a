import type { Socket } from 'node:net';
import { Cluster, Redis } from 'ioredis';
import { LogError, messageOf } from '../core/log/errors';
import { withTimeout } from '../core/scheduling/timeout';
import { connectionOptions, createClient, isDemotion, type RedisClient, sentinelOptions } from './client';
import { withCorked } from './corked';
import { ErrorWording } from './failures/error-wording';
import type { Link } from './link';
import { Links } from './links';
import { ALL_PARTITIONS, type Partition, slotKey } from './partitions';
import { ConnectionSessions } from './sessions';
import type { ConnectionSettings } from './settings';
import { type Address, describeTarget, type RedisTarget } from './url';

/** All connections of a store: `commands` for what never blocks, links for what carries bytes, and others for what blocks. */
export class Connections {
  readonly wording: ErrorWording;
  readonly sessions: ConnectionSessions;
  readonly #slots = new Map<Partition, number>();
  readonly #blocking = new Set<Redis>();
  readonly #links: Links;
  readonly #pageLinks: Links;
  readonly #reading = new Set<Redis>();
  #process: string | undefined;
  #warned = false;

  private constructor(
    readonly commands: RedisClient,
    private readonly target: RedisTarget,
    private readonly settings: ConnectionSettings,
  ) {
    this.wording = new ErrorWording(describeTarget(target), settings.warn);
    this.sessions = new ConnectionSessions(commands);
    const opened = (process: string): void => this.#isLinked(process);
    this.#links = new Links(settings.commandTimeout, opened);
    this.#pageLinks = new Links(settings.commandTimeout, opened);
  }

  /** @throws LogError `STORE_UNAVAILABLE` */
  static async open(target: RedisTarget, settings: ConnectionSettings): Promise<Connections> {
    const client = createClient(target, settings);
    const connections = new Connections(client, target, settings);
    let lastError: unknown;
    client.on('error', (error: unknown) => {
      lastError = error;
      connections.wording.disconnected(error);
      connections.#warnOnce(error);
    });
    client.on('ready', () => {
      connections.wording.connected();
      connections.#warned = false;
    });
    try {
      connections.#warned = true;
      await withTimeout(settings.commandTimeout, client.connect());
    } catch (error) {
      client.disconnect();
      // For the operator who starts the server: the very text of Redis or of the socket.
      const reason = messageOf(lastError ?? error);
      throw new LogError('STORE_UNAVAILABLE', `${describeTarget(target)} cannot be reached: ${reason}`, {
        cause: error,
      });
    }
    return connections;
  }

  /** Another number after each loss of a connection: Redis may have lost bytes meanwhile. */
  get sessionNumber(): number {
    return this.sessions.current;
  }

  get isCluster(): boolean {
    return this.commands instanceof Cluster;
  }

  /** Every master there is. */
  masters(): readonly Redis[] {
    return this.commands instanceof Cluster ? this.commands.nodes('master') : [this.commands];
  }

  /** Runs what sends commands, which go out in one write a connection. */
  corked(send: () => void): void {
    const sockets = this.masters().flatMap((master: { readonly stream?: Socket }) => {
      // There is none while a connection is being made anew.
      const link = this.#links.existing(master);
      return [...(master.stream ? [master.stream] : []), ...(link ? [link.socket] : [])];
    });
    withCorked(sockets, send);
  }

  /** Makes the links to each master now, so that nobody has to wait for one. Where one cannot be made, its first user tries again. */
  async openLinks(): Promise<void> {
    await Promise.allSettled(
      ALL_PARTITIONS.flatMap((partition) => [this.link(partition), this.pageLink(partition)]),
    );
  }

  /** The link for appends to the master that holds the partition, if there is one already. */
  existingLink(partition: Partition): Link | undefined {
    return this.#atHand(this.#links, partition);
  }

  /** As `linkAtHand`; makes one if there is none. @throws Error when there can be none now */
  async link(partition: Partition): Promise<Link> {
    return this.existingLink(partition) ?? this.#newLink(this.#links, partition);
  }

  /** The link for pages, behind which no append has to wait. @throws Error when there can be none now */
  async pageLink(partition: Partition): Promise<Link> {
    return this.#atHand(this.#pageLinks, partition) ?? this.#newLink(this.#pageLinks, partition);
  }

  /** A new connection, ready, to the master that holds the partition, for what blocks. It is closed by `release`. */
  async openBlocking(partition: Partition): Promise<Redis> {
    const connection = await this.#newBlocking(partition);
    // An error of a connection also ends what is under way on it, which is where it is handled.
    connection.on('error', () => {});
    this.#blocking.add(connection);
    try {
      await withTimeout(this.settings.commandTimeout, connection.connect());
      this.#reading.add(connection);
      return connection;
    } catch (error) {
      this.closeBlocking(connection);
      throw error;
    }
  }

  closeBlocking(connection: Redis): void {
    this.#blocking.delete(connection);
    this.#reading.delete(connection);
    connection.disconnect();
  }

  /** Ends the blocking command that the client with this id waits in. Does nothing when it waits in none, or not yet. */
  async unblock(connection: Redis, clientId: number): Promise<void> {
    const { host, port } = connection.options;
    const client = this.commands instanceof Cluster ? this.#nodeAt(this.commands, host, port) : this.commands;
    if (client === undefined) throw new Error(`not connected to ${host}:${port}`);
    await client.client('UNBLOCK', clientId);
  }

  /** Looks again which node holds what, after one of them was lost or refused, with `error`. */
  refreshTopology(error?: unknown): void {
    if (this.commands instanceof Cluster) this.commands.refreshSlotsCache();
    // As `reconnectOnError` does: a link has no such thing.
    else if (isDemotion(error) && !this.commands.stream.writableEnded) this.commands.disconnect(true);
  }

  close(): void {
    for (const connection of this.#blocking) this.closeBlocking(connection);
    this.commands.disconnect();
  }

  async #newBlocking(partition: Partition): Promise<Redis> {
    const options = {
      ...connectionOptions(this.target),
      retryStrategy: null,
      lazyConnect: true,
      enableOfflineQueue: false,
    };
    switch (this.target.kind) {
      case 'single':
        return new Redis({ ...options, ...this.target.address, db: this.target.db });
      case 'sentinel':
        return new Redis({ ...options, ...sentinelOptions(this.target) });
      case 'cluster': {
        if (!(this.commands instanceof Cluster)) throw new Error('not a Cluster');
        return new Redis({ ...options, ...(await this.#address(this.commands, partition)) });
      }
    }
  }

  /** The connection that commands about a partition go over. @throws Error when it is not connected */
  async #master(partition: Partition): Promise<Redis> {
    if (this.commands instanceof Redis) return this.commands;
    const { host, port } = await this.#address(this.commands, partition);
    const node = this.#nodeAt(this.commands, host, port);
    if (node === undefined) throw new Error(`not connected to ${host}:${port}`);
    // One that was lost, ioredis makes anew, and connects only when a command comes by way of the Cluster.
    if (node.status === 'wait') await withTimeout(this.settings.commandTimeout, node.connect());
    return node;
  }

  #isLinked(process: string): void {
    const isAnother = this.#process !== undefined && this.#process !== process;
    this.#process = process;
    // Where the address leads to another process now, the one before may still hold up whoever reads from it.
    if (isAnother && !this.isCluster) for (const blocking of this.#reading) blocking.disconnect();
  }

  #atHand(links: Links, partition: Partition): Link | undefined {
    const master = this.#masterAtHand(partition);
    return master && links.existing(master);
  }

  async #newLink(links: Links, partition: Partition): Promise<Link> {
    const master = await this.#master(partition);
    const connect = async (): Promise<Redis> => {
      const own = await this.openBlocking(partition);
      this.#reading.delete(own);
      return own;
    };
    const source = { connect, release: (own: Redis) => this.closeBlocking(own) };
    return links.existing(master) ?? links.open(master, source);
  }

  #masterAtHand(partition: Partition): Redis | undefined {
    if (this.commands instanceof Redis) return this.commands;
    const slot = this.#slots.get(partition);
    const address = slot === undefined ? undefined : holderOf(this.commands, slot);
    return address && this.#nodeAt(this.commands, address.host, address.port);
  }

  async #address(cluster: Cluster, partition: Partition): Promise<Address> {
    const slot = this.#slots.get(partition) ?? (await cluster.cluster('KEYSLOT', slotKey(partition)));
    this.#slots.set(partition, slot);
    const address = holderOf(cluster, slot);
    if (address === undefined) throw new Error(`no node of the Cluster holds slot ${slot}`);
    return address;
  }

  #nodeAt(cluster: Cluster, host: string | undefined, port: number | undefined): Redis | undefined {
    return cluster.nodes('all').find(({ options }) => options.host === host && options.port === port);
  }

  #warnOnce(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const what = describeTarget(this.target);
    this.settings.warn(`${what} is lost, waiting for it`, { reason: messageOf(error) });
  }
}

function holderOf(cluster: Cluster, slot: number): Address | undefined {
  const [key] = cluster.slots[slot] ?? [];
  if (key === undefined) return undefined;
  const colon = key.lastIndexOf(':');
  return { host: key.slice(0, colon), port: Number(key.slice(colon + 1)) };
}
