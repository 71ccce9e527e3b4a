import { PendingBytes } from '../../core/pending-bytes';
import type { RedisClient } from '../../storage/redis/client';
import { Connections } from '../../storage/redis/connect';
import type { ErrorWording } from '../../storage/redis/error-wording';
import { settingsOf } from '../../storage/redis/options';
import { parseRedisUrl } from '../../storage/redis/target';
import type { CamaPlaces } from '../cama';
import type { Channels } from '../channels';
import type { HttpipePlaces } from '../httpipe';
import type { Hear } from '../places';
import type { RendezvousOptions, RendezvousPlaces } from '../rendezvous';
import { type Bus, InboxBus } from './bus';
import { RedisCama } from './cama';
import { RedisChannels } from './channels';
import { RedisHttpipe } from './httpipe';
import { Lease } from './lease';
import { RedisRendezvous } from './rendezvous';
import { type Arg, Scripts } from './scripts';

export interface RelayRedisOptions {
  readonly commandTimeoutMs: number;
  /** After how long a node without a sign of life is given up. */
  readonly nodeLeaseMs: number;
  /** The bytes that wait for Redis, together with those of the producers of logs. Default: without a bound. */
  readonly pending?: PendingBytes;
  /** Told of what an operator should know. */
  readonly warn: (message: string, details?: object) => void;
}

/** What the relays of all nodes share. */
export interface RelayRedis {
  /** Never blocks, repeats nothing, queues nothing while it is not connected. */
  readonly client: RedisClient;
  readonly bus: Bus;
  readonly channels: Channels;
  readonly commandTimeoutMs: number;
  /** For what `client` throws. */
  readonly wording: ErrorWording;
  /** Runs `lua/<script>.lua`. @throws LogError `STORE_UNAVAILABLE`, `STORE_FULL` */
  run(script: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown>;
  /** As `run`, with replies as buffers. */
  runBuffer(script: string, keys: readonly string[], args: readonly Arg[]): Promise<unknown>;
  rendezvous(options: RendezvousOptions, hear: Hear): RendezvousPlaces;
  httpipe(hear: Hear): HttpipePlaces;
  cama(sessionsMax: number, hear: Hear): CamaPlaces;
  close(): Promise<void>;
}

const UNBOUNDED = Number.POSITIVE_INFINITY;

/** @throws LogError `STORE_UNAVAILABLE` */
export async function openRelayRedis(
  url: string,
  node: string,
  options: RelayRedisOptions,
): Promise<RelayRedis> {
  const { commandTimeoutMs, nodeLeaseMs, warn, pending = new PendingBytes(UNBOUNDED) } = options;
  const connections = await Connections.open(parseRedisUrl(url), settingsOf({ commandTimeoutMs, warn }));
  const client = connections.commands;
  const scripts = new Scripts(client, connections.wording);
  const lease = new Lease(client, node, nodeLeaseMs);
  const bus = new InboxBus(client, node, commandTimeoutMs);
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
    commandTimeoutMs,
    wording: connections.wording,
    run: (script, keys, args) => scripts.run(script, keys, args),
    runBuffer: (script, keys, args) => scripts.runBuffer(script, keys, args),
    rendezvous: (settings, hear) => new RedisRendezvous(scripts, bus, settings, hear),
    httpipe: (hear) => new RedisHttpipe(scripts, bus, hear),
    cama: (sessionsMax, hear) => new RedisCama(scripts, bus, sessionsMax, hear),
    async close() {
      bus.close();
      channels.close();
      await lease.close();
      connections.close();
    },
  };
}
