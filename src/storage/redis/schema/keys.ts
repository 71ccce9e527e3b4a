import type { LogState } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { type Partition, partitionOf } from '../../../redis/partitions';

/** The number of partitions that this Redis was first used with. */
export const PARTITIONS_KEY = 'loom:partitions';

/** Sorted set of nodes by the Redis time, in unix milliseconds, at which their lease runs out. */
export const LEASES_KEY = 'loom:leases';

/** The stream of a log's bytes. `attach` renames it, so that late appends find no key. `bytes_key` in `lua/shared.lua` is the same. */
export function bytesKey(id: LogId, generation: string, epoch: number): string {
  return `${bytesPrefix(partitionOf(id))}:${generation}:${epoch}`;
}

/** The keys of every script about one log, in the order of `lua/shared.lua`. */
export function logKeys(id: LogId): readonly string[] {
  const partition = partitionOf(id);
  return [factsKey(id), ...keysAfterFacts(partition)];
}

/** The keys of every script about the logs of a partition: as `logKeys`, but the first one is a prefix. */
export function partitionKeys(partition: Partition): readonly string[] {
  return [factsPrefix(partition), ...keysAfterFacts(partition)];
}

function keysAfterFacts(partition: Partition): readonly string[] {
  return [
    bytesPrefix(partition),
    orderKey(partition),
    heldKey(partition),
    overdueKey(partition),
    sealedKey(partition),
    lifecycleKey(partition),
    expiringKey(partition),
    retiredKey(partition),
    `loom:{${partition}}:forks`,
    `loom:{${partition}}:producers`,
    namesPrefix(partition),
    lostPrefix(partition),
    `loom:{${partition}}:lines`,
  ];
}

/** The prefix of the keys of the index of names, see `lua/shared.lua`. */
export function namesPrefix(partition: Partition): string {
  return `loom:{${partition}}:names`;
}

/** Sorted set of the logs in a state, of the index of names. */
export function namesKey(partition: Partition, state: LogState): string {
  return `${namesPrefix(partition)}:${state}`;
}

/** The tombstone of a log that Redis has lost. It expires, and goes when a log with this id is created. */
export function lostKey(id: LogId): string {
  return `${lostPrefix(partitionOf(id))}${id}`;
}

function lostPrefix(partition: Partition): string {
  return `loom:{${partition}}:lost:`;
}

/** The keys of `lua/commit-plain.lua`. */
export function plainCommitKeys(id: LogId, generation: string, node: string): readonly string[] {
  return [factsKey(id), bytesPrefix(partitionOf(id)), markKey(id, generation, node)];
}

/** The result of a node's last batch of commits to a generation. */
export function markKey(id: LogId, generation: string, node: string): string {
  return `loom:{${partitionOf(id)}}:mark:${generation}:${node}`;
}

/** Hash of the facts about a log. */
export function factsKey(id: LogId): string {
  return `${factsPrefix(partitionOf(id))}${id}`;
}

export function factsPrefix(partition: Partition): string {
  return `loom:{${partition}}:facts:`;
}

/** Sorted set, all scores 0, of `<13 digits of creation ms>:<generation>:<id>`. */
export function orderKey(partition: Partition): string {
  return `loom:{${partition}}:order`;
}

/** Sorted set, all scores 0, of `<node>:<id>`: the logs whose writers are attached on a node. */
export function heldKey(partition: Partition): string {
  return `loom:{${partition}}:held`;
}

/** Sorted set of ids without a writer, by the time after which they are overdue. */
export function overdueKey(partition: Partition): string {
  return `loom:{${partition}}:overdue`;
}

/** Sorted set of ids of sealed logs, by the time of the seal. */
export function sealedKey(partition: Partition): string {
  return `loom:{${partition}}:sealed`;
}

/** Sorted set of ids of logs that expire, by a time before which they do not. */
export function expiringKey(partition: Partition): string {
  return `loom:{${partition}}:expiring`;
}

/** Hash of the ids that forks keep taken. */
export function retiredKey(partition: Partition): string {
  return `loom:{${partition}}:retired`;
}

/** Stream of the lifecycle events of the partition's logs. */
export function lifecycleKey(partition: Partition): string {
  return `loom:{${partition}}:lifecycle`;
}

function bytesPrefix(partition: Partition): string {
  return `loom:{${partition}}:bytes`;
}
