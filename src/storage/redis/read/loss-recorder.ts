import type { LogRef } from '../../../core/log/log';
import { LOSSES_MAX, type Loss } from '../../../core/log/loss';
import type { Connections } from '../../../redis/connections';
import { toTexts } from '../../../redis/resp/reply';
import type { KnownEntry } from '../schema/entries';
import { logKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import { parseLosses } from '../schema/losses';
import type { RedisStoreSettings } from '../schema/options';

export interface RecordedLosses {
  /** All losses of the log. */
  readonly losses: readonly Loss[];
  readonly lastId: string;
}

/** Writes to the facts of a log that Redis lost bytes of it. */
export class LossRecorder {
  constructor(
    private readonly connections: Connections,
    private readonly settings: Pick<RedisStoreSettings, 'alarm' | 'lifecycleLength'>,
  ) {}

  /**
   * @param missing an entry that was stored and is not there any more
   * @param number of the last loss that this node knows of
   * @throws LogError `LOG_GONE`; whatever the client throws
   */
  async record(log: LogRef, { end, stamp }: KnownEntry, number: number): Promise<RecordedLosses> {
    const about = [log.id, log.generation, '', this.settings.lifecycleLength];
    const args = [...about, end, stamp, LOSSES_MAX, number];
    const reply = await runLogScript(this.connections.commands, 'record-loss', logKeys(log.id), args);
    const [json = '', lastId = '', , isNew] = toTexts(reply);
    const losses = json === '' ? [] : parseLosses(json);
    if (isNew === '1') this.#report(log, losses.slice(-1));
    return { losses, lastId };
  }

  #report({ id, generation }: LogRef, newest: readonly Loss[]): void {
    for (const { from, to } of newest)
      this.settings.alarm('Redis lost bytes of a log that it had acknowledged', {
        id,
        generation,
        from,
        to,
      });
  }
}
