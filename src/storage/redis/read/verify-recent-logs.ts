import type { LogRef } from '../../../core/log/log';
import { pause } from '../../../core/scheduling/pause';
import type { Connections } from '../../../redis/connections';
import { type Partition, partitionOf } from '../../../redis/partitions';
import { isRedisAnswer, type Locator } from './locator';
import type { LostLogs } from './lost-logs';

/** How many logs of a partition are asked for at a time. With all 16 partitions that is about 12 ms of this process, and 4 of Redis. */
const BATCH = 8;
const RETRY_MS = 500;

/**
 * Looks for what this node remembers of logs whenever Redis may have lost bytes, and not only once a log is asked for: by then another
 * node may have put other bytes in the place of the lost ones, and handed them out. This goes on in the background, in each partition a batch
 * at a time, the logs that were used last first. A partition that does not answer keeps no other waiting.
 */
export function verifyRecentLogs(
  connections: Pick<Connections, 'sessionNumber' | 'corked'> & {
    readonly sessions: Pick<Connections['sessions'], 'onBegin'>;
  },
  locator: Pick<Locator, 'unverified' | 'verifyInBackground'>,
  lost: Pick<LostLogs, 'explain'>,
  stopping: AbortSignal,
): void {
  const verification = new Verification(connections, locator, lost, stopping);
  connections.sessions.onBegin(() => verification.begin());
}

class Verification {
  #isUnderWay = false;

  constructor(
    private readonly connections: Pick<Connections, 'sessionNumber' | 'corked'>,
    private readonly locator: Pick<Locator, 'unverified' | 'verifyInBackground'>,
    private readonly lost: Pick<LostLogs, 'explain'>,
    private readonly stopping: AbortSignal,
  ) {}

  /** One that is under way begins anew by itself. */
  begin(): void {
    if (!this.#isUnderWay) void this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    this.#isUnderWay = true;
    for (let logs = this.locator.unverified(); logs.length > 0 && !this.stopping.aborted; ) {
      const partitions = [...byPartition(logs).values()];
      const verified = await Promise.all(partitions.map((some) => this.#verifyInBatches(some)));
      if (verified.includes(false)) await pause(RETRY_MS, this.stopping, { ref: false });
      logs = this.locator.unverified();
    }
    this.#isUnderWay = false;
  }

  /** @returns false as soon as Redis does not answer for one of them */
  async #verifyInBatches(logs: readonly LogRef[]): Promise<boolean> {
    const { sessionNumber } = this.connections;
    for (let at = 0; at < logs.length && sessionNumber === this.connections.sessionNumber; at += BATCH)
      if (!(await this.#verifyBatch(logs.slice(at, at + BATCH)))) return false;
    return true;
  }

  /** @returns whether Redis answered for all of them */
  async #verifyBatch(logs: readonly LogRef[]): Promise<boolean> {
    const verifying: Promise<boolean>[] = [];
    this.connections.corked(() => {
      for (const log of logs) verifying.push(this.#verify(log));
    });
    return (await Promise.all(verifying)).every((hasAnswered) => hasAnswered);
  }

  async #verify(log: LogRef): Promise<boolean> {
    try {
      await this.locator.verifyInBackground(log);
    } catch (error) {
      if (!isRedisAnswer(error)) return false;
      // A log that is lost altogether is noted.
      await this.lost.explain(log, error);
    }
    return true;
  }
}

function byPartition(logs: readonly LogRef[]): ReadonlyMap<Partition, readonly LogRef[]> {
  const partitions = new Map<Partition, LogRef[]>();
  for (const log of logs) {
    const partition = partitionOf(log.id);
    const some = partitions.get(partition);
    if (some === undefined) partitions.set(partition, [log]);
    else some.push(log);
  }
  return partitions;
}
