import type { LogRef } from '../../../core/log/log';
import { LOSSES_MAX, type Loss } from '../../../core/log/loss';
import { toTexts } from '../../../redis/resp/reply';
import type { KnownEntry } from '../schema/entries';
import { parseLosses } from '../schema/losses';
import type { RedisStoreContext } from '../schema/store-context';

interface RecordedLosses {
  /** All losses of the log. */
  readonly losses: readonly Loss[];
  readonly lastId: string;
}

/** Records losses of bytes in the facts of logs. */
export class LossRecorder {
  constructor(private readonly context: Pick<RedisStoreContext, 'scripts' | 'settings'>) {}

  /** @param missing an entry that Redis lacks now @param number of the last known loss @throws LogError `LOG_GONE`, or as the client */
  async record(log: LogRef, { end, stamp }: KnownEntry, number: number): Promise<RecordedLosses> {
    const args = [end, stamp, LOSSES_MAX, number];
    const reply = await this.context.scripts.runOnLog('record-loss', log, args);
    const [json = '', lastId = '', , isNew] = toTexts(reply);
    const losses = json === '' ? [] : parseLosses(json);
    if (isNew === '1') this.#report(log, losses.slice(-1));
    return { losses, lastId };
  }

  #report({ id, generation }: LogRef, newest: readonly Loss[]): void {
    for (const { from, to } of newest)
      this.context.settings.alarm('Redis lost bytes of a log that it had acknowledged', {
        id,
        generation,
        from,
        to,
      });
  }
}
