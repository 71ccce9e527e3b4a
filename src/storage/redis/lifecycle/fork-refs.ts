import type { ForkPoint, LogRef } from '../../../core/log/log';
import { type LogId, parseLogId } from '../../../core/log/log-id';
import { ALL_PARTITIONS } from '../../../redis/partitions';
import { toList, toText, toTexts, unexpected } from '../../../redis/resp/reply';
import { parseForkPoint } from '../schema/fork-point';
import { retiredKey } from '../schema/keys';
import type { RedisStoreContext } from '../schema/store-context';

/** How long a fork that is being created counts as existing. Renewed with every page that is copied. Milliseconds. */
const MAKING_MS = 60_000;
/** About how many retired ids of a partition `gcRefs` checks per call. */
const RETIRED_PAGE = 16;

/**
 * Which forks keep an id taken. The set of a log's forks is in the partition of that log, so that it may be removed and retired in one
 * step; a fork may be in another partition, and what is done in both is done one after the other:
 *
 * created   counted among the forks of its source first, then copied, then created. If that breaks off, the source has one fork too many.
 * removed   first itself, then it is taken from the forks of its source. If that breaks off, the same.
 *
 * A fork too many only keeps the id of a removed log taken. `isRetired` finds it when that id is used, and `gcRefs` finds it anyway.
 */
export class RedisForkRefs {
  /** Where each partition's scan of the retired ids continues. */
  readonly #cursors: string[] = ALL_PARTITIONS.map(() => '0');

  constructor(private readonly context: Pick<RedisStoreContext, 'connections' | 'scripts'>) {}

  /** @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`, and `LOG_GAP` when the fork is beyond the tail; whatever the client throws */
  async addRef(fork: LogRef, { source, at }: ForkPoint): Promise<void> {
    await this.context.scripts.runOnLog('add-fork-ref', source, [formatMember(fork), MAKING_MS, at]);
  }

  /** Removes a fork that ended. If its source is retired and has no other fork, this frees the source, and so on up the chain. */
  async dropRef(fork: LogRef, source: LogRef): Promise<void> {
    const reply = await this.context.scripts.runOnLog('drop-fork-ref', source, [formatMember(fork)]);
    const [isFree, text] = toList(reply);
    const point = isFree === 1 ? toText(text) : '';
    if (point !== '') await this.dropRef(source, parseForkPoint(point).source);
  }

  /** Whether a fork still keeps an id taken. Frees the id if none does. */
  async isRetired(id: LogId): Promise<boolean> {
    for (;;) {
      const reply = await this.context.scripts.runOnLog('list-fork-refs', { id });
      const [generation, ...forks] = toTexts(reply);
      if (generation === undefined) return false;
      const source = { id, generation };
      for (let i = 0; i < forks.length; i += 2) {
        const fork = parseMember(forks[i] ?? '');
        if (forks[i + 1] === '1' || (await this.#exists(fork))) return true;
        await this.dropRef(fork, source);
      }
      // None of these exist any more, and there may be others. If the set is empty, this frees the id all the same.
      await this.dropRef({ id, generation: '' }, source);
    }
  }

  /** Frees ids that no fork keeps taken any more: some of them per call. */
  async gcRefs(): Promise<void> {
    await Promise.all(
      ALL_PARTITIONS.map(async (partition) => {
        const cursor = this.#cursors[partition] ?? '0';
        const { commands } = this.context.connections;
        const [next, flat] = await commands.hscan(retiredKey(partition), cursor, 'COUNT', RETIRED_PAGE);
        this.#cursors[partition] = next;
        for (let i = 0; i < flat.length; i += 2) await this.isRetired(parseLogId(toText(flat[i])));
      }),
    );
  }

  async #exists(log: LogRef): Promise<boolean> {
    const [answer] = toTexts(await this.context.scripts.runOnLog('log-exists', log));
    return answer === 'yes' || (answer === 'retired' && (await this.isRetired(log.id)));
  }
}

function formatMember({ generation, id }: LogRef): string {
  return `${generation}:${id}`;
}

function parseMember(text: string): LogRef {
  const colon = text.indexOf(':');
  if (colon < 0) return unexpected(text);
  return { generation: text.slice(0, colon), id: parseLogId(text.slice(colon + 1)) };
}
