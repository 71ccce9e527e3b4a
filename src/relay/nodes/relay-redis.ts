import type { Config } from '../../config/config';
import type { PendingBytes } from '../../core/ingest/pending-bytes';
import type { Warn } from '../../core/store/warnings';
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
  /** The bytes that wait for Redis, together with those of the producers of logs. */
  readonly pending: PendingBytes;
  readonly warn: Warn;
}

/** The Redis that the relays of all nodes share. */
export interface RelayRedis {
  /** Never blocks, never repeats a command, never queues one while it is not connected. */
  readonly client: RedisClient;
  readonly bus: NodeBus;
  readonly channels: RemoteChannels;
  /** Words the errors of `client`. */
  readonly wording: ErrorWording;
  /** Defines every script of a folder. */
  load(folder: string): ScriptFolder;
  close(): Promise<void>;
}

/** @throws LogError `STORE_UNAVAILABLE` */
export async function openRelayRedis(
  url: string,
  node: string,
  options: RelayRedisOptions,
): Promise<RelayRedis> {
  const { redis, relay, warn, pending } = options;
  const settings = { ...redis, warn };
  const connections = await Connections.open(parseRedisUrl(url), settings);
  const client = connections.commands;
  const lease = new RelayLease(client, node, relay.nodeLease);
  const bus = new InboxBus(connections, settings, node);
  try {
    await connections.connectMasters();
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
