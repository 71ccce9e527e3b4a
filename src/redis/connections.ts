import { Cluster, Redis } from 'ioredis';
import { LogError, messageOf } from '../core/log/errors';
import { withTimeout } from '../core/scheduling/timeout';
import { masterOfSlot } from '../node-internals/cluster-slots';
import { haveOtherPeers, socketOf } from '../node-internals/redis-socket';
import {
  type ConnectionOptions,
  connectionOptions,
  createClient,
  isDemotion,
  type RedisClient,
  sentinelOptions,
} from './client';
import { withCorked } from './corked';
import { ErrorWording } from './failures/error-wording';
import type { Link } from './link';
import { Links } from './links';
import { ALL_PARTITIONS, type Partition, slotKey } from './partitions';
import { ConnectionSessions } from './sessions';
import type { ConnectionSettings } from './settings';
import { type Address, describeTarget, type RedisTarget } from './url';

/** All connections of a store: `commands` for commands that never block, links for those that carry bytes, and others for those that block. */
export class Connections {
  readonly wording: ErrorWording;
  readonly sessions: ConnectionSessions;
  /** The slot of each key that a connection was opened for. */
  readonly #slots = new Map<string, number>();
  readonly #opened = new Set<Redis>();
  /** The opened connections that are not links. */
  readonly #blocking = new Set<Redis>();
  readonly #links: Links;
  readonly #pageLinks: Links;
  #process: string | undefined;
  #warned = false;

  private constructor(
    readonly commands: RedisClient,
    private readonly target: RedisTarget,
    private readonly settings: ConnectionSettings,
  ) {
    this.wording = new ErrorWording(describeTarget(target), settings.warn);
    this.sessions = new ConnectionSessions(commands);
    const onOpen = (process: string): void => this.#linkOpened(process);
    this.#links = new Links(settings.commandTimeout, onOpen);
    this.#pageLinks = new Links(settings.commandTimeout, onOpen);
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
      // After a failover a connection to the former master may block for long.
      if (client instanceof Redis) connections.#disconnectBlocking((one) => haveOtherPeers(one, client));
    });
    try {
      connections.#warned = true;
      await withTimeout(settings.commandTimeout, client.connect());
    } catch (error) {
      client.disconnect();
      // With the original text of Redis or of the socket, for the operator who starts the server.
      const reason = messageOf(lastError ?? error);
      throw new LogError('STORE_UNAVAILABLE', `${describeTarget(target)} cannot be reached: ${reason}`, {
        cause: error,
      });
    }
    return connections;
  }

  /** Changes with each new connection: Redis may have lost bytes meanwhile. */
  get sessionNumber(): number {
    return this.sessions.current;
  }

  get isCluster(): boolean {
    return this.commands instanceof Cluster;
  }

  masters(): readonly Redis[] {
    return this.commands instanceof Cluster ? this.commands.nodes('master') : [this.commands];
  }

  /** Connects to the masters of a Cluster that ioredis has not connected to: it does so only for a first command, which then fails. */
  async connectMasters(): Promise<void> {
    for (const master of this.masters()) if (master.status === 'wait') await master.connect();
  }

  /** Runs `send`. The commands that it sends leave in one write per connection. */
  corked(send: () => void): void {
    const sockets = this.masters().flatMap((master) => [
      socketOf(master),
      this.#links.existing(master)?.socket,
    ]);
    withCorked(sockets, send);
  }

  /** Opens all links, so that no request waits for one. Where that fails, the first request tries again. */
  async openLinks(): Promise<void> {
    await Promise.allSettled(
      ALL_PARTITIONS.flatMap((partition) => [this.link(partition), this.pageLink(partition)]),
    );
  }

  /** The link for appends to the master that holds the partition, if it is open. */
  existingLink(partition: Partition): Link | undefined {
    return this.#existing(this.#links, partition);
  }

  /** The link for appends to the master that holds the partition. @throws Error if it cannot be opened */
  async link(partition: Partition): Promise<Link> {
    return this.existingLink(partition) ?? this.#newLink(this.#links, partition);
  }

  /** As `link`, but for pages, so that no append waits behind a page. */
  async pageLink(partition: Partition): Promise<Link> {
    return this.#existing(this.#pageLinks, partition) ?? this.#newLink(this.#pageLinks, partition);
  }

  /** Opens a connection to the master that holds the key, beside those of `commands`. @throws Error */
  async connect(key: string): Promise<Redis> {
    const connection = new Redis(await this.#optionsFor(key));
    // An error also rejects the command that is under way on the connection.
    connection.on('error', () => {});
    this.#opened.add(connection);
    try {
      await withTimeout(this.settings.commandTimeout, connection.connect());
      return connection;
    } catch (error) {
      this.disconnect(connection);
      throw error;
    }
  }

  /** Opens a connection for commands that block, to the master that holds the key. `disconnect` closes it. @throws Error */
  async openBlocking(key: string): Promise<Redis> {
    const connection = await this.connect(key);
    this.#blocking.add(connection);
    return connection;
  }

  disconnect(connection: Redis): void {
    this.#blocking.delete(connection);
    this.#opened.delete(connection);
    connection.disconnect();
  }

  /** Ends the command in which the client with this id blocks, if it does. */
  async unblock(connection: Redis, clientId: number): Promise<void> {
    const { host, port } = connection.options;
    const client = this.commands instanceof Cluster ? nodeAt(this.commands, host, port) : this.commands;
    if (client === undefined) throw new Error(`not connected to ${host}:${port}`);
    await client.client('UNBLOCK', clientId);
  }

  /** Reads again which node holds which slots, after a node was lost or refused a command with `error`. */
  refreshTopology(error?: unknown): void {
    if (this.commands instanceof Cluster) this.commands.refreshSlotsCache();
    // ioredis does the same by `reconnectOnError`, which a link does not have.
    else if (isDemotion(error) && socketOf(this.commands)?.writableEnded === false)
      this.commands.disconnect(true);
  }

  close(): void {
    for (const connection of this.#opened) this.disconnect(connection);
    this.commands.disconnect();
  }

  async #optionsFor(key: string): Promise<ConnectionOptions> {
    const options = {
      ...connectionOptions(this.target),
      retryStrategy: null,
      lazyConnect: true,
      enableOfflineQueue: false,
    };
    if (this.target.kind === 'sentinel') return { ...options, ...sentinelOptions(this.target) };
    if (this.target.kind === 'single') return { ...options, ...this.target.address, db: this.target.db };
    return { ...options, ...(await this.#address(key)) };
  }

  /** The connection of `commands` to the master that holds the key. @throws Error if it is not connected */
  async #master(key: string): Promise<Redis> {
    if (this.commands instanceof Redis) return this.commands;
    const { host, port } = await this.#address(key);
    const node = nodeAt(this.commands, host, port);
    if (node === undefined) throw new Error(`not connected to ${host}:${port}`);
    // After a connection to a node of a Cluster was lost, ioredis connects again only for a command that the Cluster sends there.
    if (node.status === 'wait') await withTimeout(this.settings.commandTimeout, node.connect());
    return node;
  }

  #linkOpened(process: string): void {
    const isAnother = this.#process !== undefined && this.#process !== process;
    this.#process = process;
    // The address leads to another process now: as after a failover.
    if (isAnother && !this.isCluster) this.#disconnectBlocking(() => true);
  }

  #disconnectBlocking(mustGo: (connection: Redis) => boolean): void {
    for (const connection of this.#blocking) if (mustGo(connection)) connection.disconnect();
  }

  #existing(links: Links, partition: Partition): Link | undefined {
    const master = this.#existingMaster(partition);
    return master && links.existing(master);
  }

  async #newLink(links: Links, partition: Partition): Promise<Link> {
    const key = slotKey(partition);
    const master = await this.#master(key);
    const connector = { connect: () => this.connect(key), close: (own: Redis) => this.disconnect(own) };
    return links.existing(master) ?? links.open(master, connector);
  }

  #existingMaster(partition: Partition): Redis | undefined {
    if (this.commands instanceof Redis) return this.commands;
    const slot = this.#slots.get(slotKey(partition));
    const address = slot === undefined ? undefined : masterOfSlot(this.commands, slot);
    return address && nodeAt(this.commands, address.host, address.port);
  }

  async #address(key: string): Promise<Address> {
    if (!(this.commands instanceof Cluster)) throw new Error('not a Cluster');
    const slot = this.#slots.get(key) ?? (await this.commands.cluster('KEYSLOT', key));
    this.#slots.set(key, slot);
    const address = masterOfSlot(this.commands, slot);
    if (address === undefined) throw new Error(`no node of the Cluster holds slot ${slot}`);
    return address;
  }

  #warnOnce(error: unknown): void {
    if (this.#warned) return;
    this.#warned = true;
    const what = describeTarget(this.target);
    this.settings.warn(`${what} is lost, waiting for it`, { reason: messageOf(error) });
  }
}

function nodeAt(cluster: Cluster, host: string | undefined, port: number | undefined): Redis | undefined {
  return cluster.nodes('all').find(({ options }) => options.host === host && options.port === port);
}
