import { isLogError } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import { DamageError } from '../../../core/store/damage';
import type { DamageReports } from '../../../core/store/damage-reports';
import { toNumber, toTexts } from '../../../redis/resp/reply';
import type { RedisStoreContext } from '../schema/store-context';
import type { Locator } from './locator';
import type { LostLogs } from './lost-logs';

/** Finds bytes by the time at which they were committed. */
export class TimeSearch {
  constructor(
    private readonly context: Pick<RedisStoreContext, 'scripts' | 'retry'>,
    private readonly locator: Pick<Locator, 'mustVerify' | 'locate'>,
    private readonly lost: Pick<LostLogs, 'explain'>,
    private readonly damage: DamageReports,
  ) {}

  /** @throws LogError as `LogStore.offsetAt` */
  async offsetAt(log: LogRef, at: number): Promise<Offset> {
    try {
      return await this.context.retry(() => this.#find(log, at));
    } catch (error) {
      throw this.damage.report(log, await this.lost.explain(log, error));
    }
  }

  async #find(log: LogRef, at: number): Promise<Offset> {
    // A loss is recorded first, as for a reader. What is left of the log has its times.
    if (this.locator.mustVerify(log)) await this.locator.locate(log);
    const reply = await this.#run(log, at).catch(async (error: unknown) => {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      // The byte stream of an open log is lost. Once that is recorded, the log continues without it.
      await this.locator.locate(log);
      return this.#run(log, at);
    });
    const [offset, tail, endsAt = ''] = toTexts(reply);
    const [found, end] = [advance(START, toNumber(offset)), advance(START, toNumber(tail))];
    const sealedAt = endsAt === '' ? end : advance(START, toNumber(endsAt));
    if (found === end && sealedAt > end) throw new DamageError(log, { from: end, to: sealedAt });
    return found;
  }

  #run(log: LogRef, at: number): Promise<unknown> {
    return this.context.scripts.runOnLog('offset-at', log, [at]);
  }
}
