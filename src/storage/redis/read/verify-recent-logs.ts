import type { LogRef } from '../../../core/log/log';
import { pause } from '../../../core/scheduling/pause';
import type { Connections } from '../../../redis/connections';
import { byPartition } from '../../../redis/partitions';
import { isRedisAnswer, type Locator } from './locator';
import type { LostLogs } from './lost-logs';

/** How many logs of a partition are located at a time. With all 16 partitions that takes this process about 12 ms, and Redis 4. */
const BATCH = 8;
const RETRY_MS = 500;

/**
 * Verifies the recent logs of this node whenever Redis may have lost bytes, and not only once a log is used: by then another node may have
 * stored other bytes in the place of the lost ones, and its readers may have them. Runs in the background, in each partition a batch at a
 * time, the most recently used logs first. A partition that does not answer delays no other.
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

  /** A verification that is under way starts again by itself. */
  begin(): void {
    if (!this.#isUnderWay) void this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    this.#isUnderWay = true;
    for (let logs = this.locator.unverified(); logs.length > 0 && !this.stopping.aborted; ) {
      const partitions = [...byPartition(logs, ({ id }) => id).values()];
      const verified = await Promise.all(partitions.map((group) => this.#verifyInBatches(group)));
      if (verified.includes(false)) await pause(RETRY_MS, this.stopping, { ref: false });
      logs = this.locator.unverified();
    }
    this.#isUnderWay = false;
  }

  /** @returns false as soon as Redis does not answer for one of the logs */
  async #verifyInBatches(logs: readonly LogRef[]): Promise<boolean> {
    const { sessionNumber } = this.connections;
    for (let at = 0; at < logs.length && sessionNumber === this.connections.sessionNumber; at += BATCH)
      if (!(await this.#verifyBatch(logs.slice(at, at + BATCH)))) return false;
    return true;
  }

  /** @returns whether Redis answered for all of the logs */
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
      // If the whole log is lost, this adds a tombstone.
      await this.lost.explain(log, error);
    }
    return true;
  }
}
