import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../../core/log';
import type { Connections } from './connect';
import { isAnswer, type Locator } from './locate';
import type { LostLogs } from './lost-logs';

/** How many logs are asked for at a time: about a millisecond of Redis, and three of this process. */
const BATCH = 32;
const RETRY_MS = 500;

/**
 * Looks for what this node remembers of logs whenever Redis may have lost bytes, and not only once a log is asked for: by then another
 * node may have put other bytes in the place of the lost ones, and handed them out. This goes on in the background, a batch at a
 * time, the logs that were used last first.
 */
export function verifyRememberedLogs(
  connections: Connections,
  locator: Locator,
  lost: LostLogs,
  stopping: AbortSignal,
): void {
  const verification = new Verification(connections, locator, lost, stopping);
  connections.sessions.listen(() => verification.begin());
}

class Verification {
  #isUnderWay = false;

  constructor(
    private readonly connections: Connections,
    private readonly locator: Locator,
    private readonly lost: LostLogs,
    private readonly stopping: AbortSignal,
  ) {}

  /** One that is under way begins anew by itself. */
  begin(): void {
    if (!this.#isUnderWay) void this.#verifyAll();
  }

  async #verifyAll(): Promise<void> {
    this.#isUnderWay = true;
    for (let logs = this.locator.unverified(); logs.length > 0 && !this.stopping.aborted; ) {
      const { session } = this.connections;
      // A log that Redis does not answer for must not keep the others waiting: its partition may be away for long.
      let haveAllAnswered = true;
      for (let at = 0; at < logs.length && session === this.connections.session; at += BATCH)
        haveAllAnswered = (await this.#verifyBatch(logs.slice(at, at + BATCH))) && haveAllAnswered;
      if (!haveAllAnswered) await this.#pause();
      logs = this.locator.unverified();
    }
    this.#isUnderWay = false;
  }

  /** @returns whether Redis answered for all of them */
  async #verifyBatch(logs: readonly LogRef[]): Promise<boolean> {
    const verifying: Promise<boolean>[] = [];
    this.connections.inOneWrite(() => {
      for (const log of logs) verifying.push(this.#verify(log));
    });
    return (await Promise.all(verifying)).every((hasAnswered) => hasAnswered);
  }

  async #pause(): Promise<void> {
    // Aborted: the store is closing.
    await delay(RETRY_MS, undefined, { signal: this.stopping, ref: false }).catch(() => {});
  }

  async #verify(log: LogRef): Promise<boolean> {
    try {
      await this.locator.verifyUnasked(log);
    } catch (error) {
      if (!isAnswer(error)) return false;
      // A log that is lost altogether is noted.
      await this.lost.explain(log, error);
    }
    return true;
  }
}
