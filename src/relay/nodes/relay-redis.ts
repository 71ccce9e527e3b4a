import type { Config } from '../../config/config';
import { PendingBytes } from '../../core/ingest/pending-bytes';
import type { RedisClient } from '../../redis/client';
import { Connections } from '../../redis/connections';
import type { ErrorWording } from '../../redis/failures/error-wording';
import { parseRedisUrl } from '../../redis/url';
import type { RemoteChannels } from '../match/remote-channels';
import { InboxBus, type NodeBus } from './node-bus';
import { RedisChannels } from './redis-channels';
import { RelayLease } from './relay-lease';
import { ScriptFolder } from './script-folder';

export interface RelayRedisOptions {
  readonly redis: Config['redis'];
  readonly relay: Config['relay'];
  /** The bytes that wait for Redis, together with those of the producers of logs. Default: without a bound. */
  readonly pending?: PendingBytes;
  /** Told of what an operator should know. */
  readonly warn: (message: string, details?: object) => void;
}

/** What the relays of all nodes share. */
export interface RelayRedis {
  /** Never blocks, repeats nothing, queues nothing while it is not connected. */
  readonly client: RedisClient;
  readonly bus: NodeBus;
  readonly channels: RemoteChannels;
  /** For what `client` throws. */
  readonly wording: ErrorWording;
  /** Loads every script of a folder. */
  load(folder: string): ScriptFolder;
  close(): Promise<void>;
}

const UNBOUNDED = Number.POSITIVE_INFINITY;

/** @throws LogError `STORE_UNAVAILABLE` */
export async function openRelayRedis(
  url: string,
  node: string,
  options: RelayRedisOptions,
): Promise<RelayRedis> {
  const { redis, relay, warn, pending = new PendingBytes(UNBOUNDED) } = options;
  const settings = { ...redis, warn };
  const connections = await Connections.open(parseRedisUrl(url), settings);
  const client = connections.commands;
  const lease = new RelayLease(client, node, relay.nodeLease);
  const bus = new InboxBus(connections, settings, node);
  try {
    // Of a Cluster's nodes ioredis connects to those only that it is asked something of, and that first command then fails.
    for (const master of connections.masters()) if (master.status === 'wait') await master.connect();
    await lease.open();
  } catch (error) {
    connections.close();
    throw connections.wording.toLogError(error);
  }
  bus.open();
  const channels = new RedisChannels(connections, bus, lease, pending);
  return {
    client,
    bus,
    channels,
    wording: connections.wording,
    load: (folder) => new ScriptFolder(client, connections.wording, folder),
    async close() {
      bus.close();
      channels.close();
      await lease.close();
      connections.close();
    },
  };
}
