import type { Writable } from 'node:stream';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { LogError, messageOf } from '../../core/errors';
import type { RedisClient } from './client';
import { inOneWrite } from './in-one-write';
import { lifecycleKey, type Partition } from './keys';
import type { RedisStoreSettings } from './options';
import { loadScripts } from './scripts';
import { type Address, describeTarget, type RedisTarget } from './target';
import { within } from './within';

/** The type of a client depends on this one option, which stays as it is. */
type Options = Omit<RedisOptions, 'replyMapping'>;

const RECONNECT_MS_MAX = 1_000;
/** A connection that is given up is to be gone soon, also when Redis does not answer its end. */
const DISCONNECT_MS = 100;
const SLOTS_REFRESH_MS = 5_000;

/**
 * All connections of a store. `commands` carries what never blocks. ioredis is set so that it neither repeats a command, nor queues
 * one while it is not connected, nor waits for a reply without an end: what to do then is decided here, command by command.
 */
export class Connections {
  readonly #slots = new Map<Partition, number>();
  readonly #blocking = new Set<Redis>();
  #warned = false;

  private constructor(
    readonly commands: RedisClient,
    private readonly target: RedisTarget,
    private readonly settings: RedisStoreSettings,
  ) {}

  /** @throws LogError `STORE_UNAVAILABLE` */
  static async open(target: RedisTarget, settings: RedisStoreSettings): Promise<Connections> {
    const client = newClient(target, settings);
    const connections = new Connections(client, target, settings);
    let lastError: unknown;
    client.on('error', (error: unknown) => {
      lastError = error;
      connections.#warnOnce(error);
    });
    client.on('ready', () => {
      connections.#warned = false;
    });
    loadScripts(client);
    try {
      connections.#warned = true;
      await within(settings.commandTimeoutMs, client.connect());
    } catch (error) {
      client.disconnect();
      const reason = messageOf(lastError ?? error);
      throw new LogError('STORE_UNAVAILABLE', `${describeTarget(target)} cannot be reached: ${reason}`, {
        cause: error,
      });
    }
    return connections;
  }

  get isCluster(): boolean {
    return this.commands instanceof Cluster;
  }

  /** Every master there is. */
  masters(): readonly Redis[] {
    return this.commands instanceof Cluster ? this.commands.nodes('master') : [this.commands];
  }

  /** Runs what sends commands, which go out in one write a connection. */
  inOneWrite(send: () => void): void {
    // There is none while a connection is being made anew.
    const streams = this.masters().flatMap(({ stream }: { stream?: Writable }) => stream ?? []);
    inOneWrite(streams, send);
  }

  /**
   * The very connection that commands about a partition go over, for commands that must stay together.
   * @throws Error when it is not connected
   */
  async master(partition: Partition): Promise<Redis> {
    if (this.commands instanceof Redis) return this.commands;
    const { host, port } = await this.#address(this.commands, partition);
    const node = this.#nodeAt(this.commands, host, port);
    if (node === undefined) throw new Error(`not connected to ${host}:${port}`);
    // One that was lost, ioredis makes anew, and connects only when a command comes by way of the Cluster.
    if (node.status === 'wait') await within(this.settings.commandTimeoutMs, node.connect());
    return node;
  }

  /** A new connection, ready, to the master that holds the partition. It is closed by `release`. */
  async blocking(partition: Partition): Promise<Redis> {
    const connection = await this.#newBlocking(partition);
    // An error of a connection also ends what is under way on it, which is where it is handled.
    connection.on('error', () => {});
    this.#blocking.add(connection);
    try {
      await within(this.settings.commandTimeoutMs, connection.connect());
      return connection;
    } catch (error) {
      this.release(connection);
      throw error;
    }
  }

  release(connection: Redis): void {
    this.#blocking.delete(connection);
    connection.disconnect();
  }

  /** Ends the blocking command that the client with this id waits in. Does nothing when it waits in none, or not yet. */
  async unblock(connection: Redis, clientId: number): Promise<void> {
    const { host, port } = connection.options;
    const client = this.commands instanceof Cluster ? this.#nodeAt(this.commands, host, port) : this.commands;
    if (client === undefined) throw new Error(`not connected to ${host}:${port}`);
    await client.client('UNBLOCK', clientId);
  }

  /** Looks again which node holds what, after one of them refused or was lost. */
  refresh(): void {
    if (this.commands instanceof Cluster) this.commands.refreshSlotsCache();
  }

  close(): void {
    for (const connection of this.#blocking) this.release(connection);
    this.commands.disconnect();
  }

  async #newBlocking(partition: Partition): Promise<Redis> {
    const options = {
      ...common(this.target),
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

  async #address(cluster: Cluster, partition: Partition): Promise<Address> {
    const slot = this.#slots.get(partition) ?? (await cluster.cluster('KEYSLOT', lifecycleKey(partition)));
    this.#slots.set(partition, slot);
    const [key] = cluster.slots[slot] ?? [];
    if (key === undefined) throw new Error(`no node of the Cluster holds slot ${slot}`);
    const colon = key.lastIndexOf(':');
    return { host: key.slice(0, colon), port: Number(key.slice(colon + 1)) };
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

function newClient(target: RedisTarget, settings: RedisStoreSettings): RedisClient {
  const options: Options = {
    ...common(target),
    lazyConnect: true,
    enableOfflineQueue: false,
    // Commands that are under way when a connection is lost fail at once instead of being sent again.
    maxRetriesPerRequest: 0,
    commandTimeout: settings.commandTimeoutMs,
    // A Redis that is stopped keeps its connections open. Without this the commands sent to it would pile up.
    socketTimeout: settings.commandTimeoutMs,
    retryStrategy: (times) => Math.min(25 * 2 ** Math.min(times, 10), RECONNECT_MS_MAX),
    // 1: reconnect, and let the command fail. A former master is told apart only when asked again who it is.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 1 : false),
  };
  switch (target.kind) {
    case 'single':
      return new Redis({ ...options, ...target.address, db: target.db });
    case 'sentinel':
      return new Redis({ ...options, ...sentinelOptions(target), failoverDetector: true });
    case 'cluster':
      return new Cluster([...target.nodes], {
        lazyConnect: true,
        enableOfflineQueue: false,
        redisOptions: options,
        slotsRefreshTimeout: settings.commandTimeoutMs,
        slotsRefreshInterval: SLOTS_REFRESH_MS,
        // As above: a command that was under way on a lost connection is not sent again.
        retryDelayOnFailover: 0,
      });
  }
}

function sentinelOptions(target: Extract<RedisTarget, { kind: 'sentinel' }>): Options {
  const { sentinels, master, db, tls } = target;
  return {
    sentinels: [...sentinels],
    name: master,
    db,
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
  };
}

function common({ username, password, tls }: RedisTarget): Options {
  return {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    ...(tls && { tls: {} }),
    // Replies look alike on every server.
    protocol: 2,
    connectionName: 'loom',
    disconnectTimeout: DISCONNECT_MS,
  };
}
