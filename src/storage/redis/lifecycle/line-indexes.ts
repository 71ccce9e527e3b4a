import type { LogRef } from '../../../core/log/log';
import { LINE_INDEX_BYTES_MAX } from '../../../core/store/line-index-limit';
import { toList, unexpected } from '../../../redis/resp/reply';
import type { LostLogs } from '../read/lost-logs';
import type { RedisStoreContext } from '../schema/store-context';

/**
 * How long an index is kept after its last use. Versions that do not know of it remove logs without it; and a cold log needs no memory for
 * what can be computed again.
 */
const KEPT_MS = 7 * 24 * 3_600_000;

/** The line indexes of logs, each in a key beside the bytes. The scripts that remove a log remove it, too. */
export class LineIndexes {
  constructor(
    private readonly context: Pick<RedisStoreContext, 'scripts' | 'retry'>,
    private readonly lost: Pick<LostLogs, 'explain'>,
  ) {}

  /** @throws LogError `LOG_GONE` */
  async load(log: LogRef): Promise<Buffer | undefined> {
    const { scripts } = this.context;
    const args = [KEPT_MS, LINE_INDEX_BYTES_MAX];
    const reply = await this.#run(log, () => scripts.runOnLogForBytes('load-line-index', log, args));
    const [index] = toList(reply);
    return index === undefined || Buffer.isBuffer(index) ? index : unexpected(index);
  }

  /** @throws LogError `LOG_GONE`, `STORE_FULL` */
  async save(log: LogRef, index: Buffer): Promise<void> {
    await this.#run(log, () => this.context.scripts.runOnLog('save-line-index', log, [index, KEPT_MS]));
  }

  async #run<T>(log: LogRef, run: () => Promise<T>): Promise<T> {
    try {
      return await this.context.retry(run);
    } catch (error) {
      throw await this.lost.explain(log, error);
    }
  }
}
