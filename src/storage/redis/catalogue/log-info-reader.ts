import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { hasExpired } from '../../../core/state/expiry';
import type { Connections } from '../../../redis/connections';
import type { Retry } from '../../../redis/failures/retry';
import { type Partition, partitionOf } from '../../../redis/partitions';
import { toList, toNumber } from '../../../redis/resp/reply';
import { parseFactsReply } from '../schema/facts-reply';
import { partitionKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import type { RedisStoreSettings } from '../schema/options';
import type { CatalogueEntry } from './partition-merge';

/** How many logs one script reads: less than a millisecond of Redis. */
const BATCH = 64;
const WARNED_OF_MAX = 1_000;

/** The facts of logs that were found in an index. */
export class LogInfoReader {
  /** Logs that an operator was warned of. */
  readonly #warnedOf = new Set<LogId>();

  constructor(
    private readonly connections: Connections,
    private readonly quickly: Retry,
    private readonly warn: RedisStoreSettings['warn'],
  ) {}

  /** By the key of the place. A log that was replaced or removed meanwhile, or has expired, is left out. */
  async readAll(places: readonly CatalogueEntry[]): Promise<ReadonlyMap<string, LogInfo>> {
    const found = new Map<string, LogInfo>();
    await Promise.all(
      batchesOf(places).map(async ([partition, batch]) => {
        for (const [key, info] of await this.#read(partition, batch)) found.set(key, info);
      }),
    );
    return found;
  }

  /** `undefined` for a log whose facts cannot be understood: the others are not to suffer for it. */
  async readOrWarn<T>(id: LogId, read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      if (this.#warnedOf.size < WARNED_OF_MAX && !this.#warnedOf.has(id)) {
        this.#warnedOf.add(id);
        this.warn('The facts of a log are damaged', { log: id, reason: error.message });
      }
      return undefined;
    }
  }

  async #read(
    partition: Partition,
    places: readonly CatalogueEntry[],
  ): Promise<readonly [string, LogInfo][]> {
    const args = ['', '', '', '', ...places.map(({ id }) => id)];
    const script = (): Promise<unknown> =>
      runLogScript(this.connections.commands, 'read-infos', partitionKeys(partition), args);
    const [now, ...logs] = toList(await this.quickly(script));
    const infos: [string, LogInfo][] = [];
    for (const [i, { key, id }] of places.entries()) {
      const info = await this.readOrWarn(id, () => toInfo(id, logs[i]));
      if (info === undefined || !key.endsWith(info.generation) || hasExpired(info, toNumber(now))) continue;
      infos.push([key, info]);
    }
    return infos;
  }
}

/** `undefined` where there is no log. */
function toInfo(id: LogId, reply: unknown): LogInfo | undefined {
  const [flat, last] = toList(reply);
  if (toList(flat).length === 0) return undefined;
  return parseFactsReply(id, [flat, last, '', '']).info;
}

/** All that one script reads is in one partition. */
function batchesOf(places: readonly CatalogueEntry[]): readonly [Partition, readonly CatalogueEntry[]][] {
  const byPartition = new Map<Partition, CatalogueEntry[]>();
  for (const place of places) {
    const partition = partitionOf(place.id);
    const others = byPartition.get(partition);
    if (others === undefined) byPartition.set(partition, [place]);
    else others.push(place);
  }
  return [...byPartition].flatMap(([partition, all]) =>
    Array.from({ length: Math.ceil(all.length / BATCH) }, (_, i): [Partition, readonly CatalogueEntry[]] => [
      partition,
      all.slice(i * BATCH, (i + 1) * BATCH),
    ]),
  );
}
