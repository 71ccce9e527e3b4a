import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { hasExpired } from '../../../core/state/expiry';
import { byPartition, type Partition } from '../../../redis/partitions';
import { toList, toNumber } from '../../../redis/resp/reply';
import { parseFactsReply } from '../schema/facts-reply';
import type { RedisStoreContext } from '../schema/store-context';
import type { CatalogueEntry } from './partition-merge';

/** How many logs one script reads: it takes Redis less than a millisecond. */
const BATCH = 64;
const WARNINGS_MAX = 1_000;

/** Reads the facts of logs that were found in an index. */
export class LogInfoReader {
  /** Logs that a warning was logged for. */
  readonly #warnedOf = new Set<LogId>();

  constructor(private readonly context: RedisStoreContext) {}

  /** @returns the facts by the key of the entry, without logs that were replaced or removed meanwhile, or have expired */
  async readAll(entries: readonly CatalogueEntry[]): Promise<ReadonlyMap<string, LogInfo>> {
    const found = new Map<string, LogInfo>();
    await Promise.all(
      batchesOf(entries).map(async ([partition, batch]) => {
        for (const [key, info] of await this.#read(partition, batch)) found.set(key, info);
      }),
    );
    return found;
  }

  /** @returns `undefined` for a log whose facts cannot be parsed, so that the other logs are still listed */
  async readOrWarn<T>(id: LogId, read: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      if (this.#warnedOf.size < WARNINGS_MAX && !this.#warnedOf.has(id)) {
        this.#warnedOf.add(id);
        this.context.settings.warn('The facts of a log are damaged', { log: id, reason: error.message });
      }
      return undefined;
    }
  }

  async #read(
    partition: Partition,
    entries: readonly CatalogueEntry[],
  ): Promise<readonly [string, LogInfo][]> {
    const { scripts, retry } = this.context;
    const ids = entries.map(({ id }) => id);
    const [now, ...logs] = toList(await retry(() => scripts.runOnPartition('read-infos', partition, ids)));
    const infos: [string, LogInfo][] = [];
    for (const [i, { key, id }] of entries.entries()) {
      const info = await this.readOrWarn(id, () => toInfo(id, logs[i]));
      if (info === undefined || !key.endsWith(info.generation) || hasExpired(info, toNumber(now))) continue;
      infos.push([key, info]);
    }
    return infos;
  }
}

/** `undefined` if the log does not exist. */
function toInfo(id: LogId, reply: unknown): LogInfo | undefined {
  const [flat, last] = toList(reply);
  if (toList(flat).length === 0) return undefined;
  return parseFactsReply(id, [flat, last, '', '']).info;
}

/** One script can read logs of one partition only. */
function batchesOf(
  entries: readonly CatalogueEntry[],
): readonly (readonly [Partition, readonly CatalogueEntry[]])[] {
  return [...byPartition(entries, ({ id }) => id)].flatMap(([partition, all]) =>
    Array.from(
      { length: Math.ceil(all.length / BATCH) },
      (_, i) => [partition, all.slice(i * BATCH, (i + 1) * BATCH)] as const,
    ),
  );
}
