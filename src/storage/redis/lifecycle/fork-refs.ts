import type { ForkPoint, LogRef } from '../../../core/log/log';
import { type LogId, parseLogId } from '../../../core/log/log-id';
import type { Connections } from '../../../redis/connections';
import { ALL_PARTITIONS } from '../../../redis/partitions';
import { toList, toText, toTexts, unexpected } from '../../../redis/resp/reply';
import { parseForkPoint } from '../schema/fork-point';
import { logKeys, retiredKey } from '../schema/keys';
import { type LogScriptName, runLogScript } from '../schema/log-scripts';
import type { RedisStoreSettings } from '../schema/options';

/** How long a fork may be in the making before it counts as not there. Renewed with every page that is copied. Milliseconds. */
const MAKING_MS = 60_000;
/** About how many retired ids of a partition are looked at in one round. */
const RETIRED_PAGE = 16;

/**
 * Which forks keep an id taken. The set of a log's forks is in the partition of that log, so that it may be removed and retired in one
 * step; a fork may be in another, and what is done in both is done one after the other:
 *
 * made      counted among the forks of its source first, then copied, then made. If that breaks off, the source has one fork too many.
 * removed   first itself, then it is taken from the forks of its source. If that breaks off, the same.
 *
 * A fork too many keeps nothing but a removed log's id; it is found when somebody asks for that id, and by `heal`.
 */
export class RedisForkRefs {
  /** Where each partition's scan of the retired ids goes on. */
  readonly #cursors: string[] = ALL_PARTITIONS.map(() => '0');

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
  ) {}

  /** @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED`, and `LOG_GAP` when the fork is beyond the tail; whatever the client throws */
  async addRef(fork: LogRef, { source, at }: ForkPoint): Promise<void> {
    await this.#run('add-fork-ref', source, [memberOf(fork), MAKING_MS, at]);
  }

  /** The fork is no more: frees its source if that is retired and this was the last, and so on up the chain. */
  async dropRef(fork: LogRef, source: LogRef): Promise<void> {
    const [isFree, text] = toList(await this.#run('drop-fork-ref', source, [memberOf(fork)]));
    const point = isFree === 1 ? toText(text) : '';
    if (point !== '') await this.dropRef(source, parseForkPoint(point).source);
  }

  /** Looks whether an id is still taken for a reason. @returns whether it is */
  async isRetired(id: LogId): Promise<boolean> {
    for (;;) {
      const [generation, ...forks] = toTexts(await this.#run('list-fork-refs', { id, generation: '' }, []));
      if (generation === undefined) return false;
      const source = { id, generation };
      for (let i = 0; i < forks.length; i += 2) {
        const fork = parseMember(forks[i] ?? '');
        if (forks[i + 1] === '1' || (await this.#isThere(fork))) return true;
        await this.dropRef(fork, source);
      }
      // All of these are gone now, and there may be more. Where there is none, this frees the id all the same.
      await this.dropRef({ id, generation: '' }, source);
    }
  }

  /** Frees ids that are taken for no reason any more: some of them in each round. */
  async gcRefs(): Promise<void> {
    await Promise.all(
      ALL_PARTITIONS.map(async (partition) => {
        const cursor = this.#cursors[partition] ?? '0';
        const key = retiredKey(partition);
        const [next, flat] = await this.connections.commands.hscan(key, cursor, 'COUNT', RETIRED_PAGE);
        this.#cursors[partition] = next;
        for (let i = 0; i < flat.length; i += 2) await this.isRetired(parseLogId(toText(flat[i])));
      }),
    );
  }

  /** How many ids are taken. */
  async count(): Promise<number> {
    const counts = await Promise.all(
      ALL_PARTITIONS.map((partition) => this.connections.commands.hlen(retiredKey(partition))),
    );
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #isThere(log: LogRef): Promise<boolean> {
    const [answer] = toTexts(await this.#run('log-exists', log, []));
    return answer === 'yes' || (answer === 'retired' && (await this.isRetired(log.id)));
  }

  #run(name: LogScriptName, log: LogRef, args: readonly (string | number)[]): Promise<unknown> {
    const about = [log.id, log.generation, '', this.settings.lifecycleLength];
    return runLogScript(this.connections.commands, name, logKeys(log.id), [...about, ...args]);
  }
}

function memberOf({ generation, id }: LogRef): string {
  return `${generation}:${id}`;
}

function parseMember(text: string): LogRef {
  const colon = text.indexOf(':');
  if (colon < 0) return unexpected(text);
  return { generation: text.slice(0, colon), id: parseLogId(text.slice(colon + 1)) };
}
