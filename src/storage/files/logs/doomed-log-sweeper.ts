import { messageOf } from '../../../core/log/errors';
import type { Warn } from '../../../core/store/warnings';
import type { LogFiles } from '../bytes/log-files';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import type { Journal } from '../journal/journal';

interface SweeperContext {
  readonly facts: FactsDatabase;
  readonly files: LogFiles;
  readonly journal: Journal;
  readonly reserve: FactsReserve;
  readonly warn: Warn;
}

/** How many logs are forgotten in one transaction, so that none needs more room than is kept for it. */
const BATCH = 64;

/**
 * Clears away what is left of removed logs. The transaction that removes a log marks its generation as doomed. Then go its files, then
 * its producers' states, and with the last of them the mark: wherever a crash comes, the next start goes on from the mark.
 */
export class DoomedLogSweeper {
  /** Their files are gone. */
  readonly #cleared: string[] = [];
  #forgetting: Promise<void> | undefined;

  constructor(private readonly context: SweeperContext) {}

  /** Clears what an earlier process left. */
  async sweepAll(): Promise<void> {
    const { facts } = this.context;
    for (const generation of facts.producers.doomed()) {
      // A recovery that was cut off has given the log another id: it is there.
      if (!facts.has(generation)) await this.sweep(generation);
    }
    await this.idle();
  }

  /** Resolves once the log's files are gone; the rest follows soon. Never throws: what cannot be removed stays doomed. */
  async sweep(generation: string): Promise<void> {
    const { files, journal } = this.context;
    // First: if the facts are lost, a recovery must not bring a log back that has no bytes any more.
    const isNoted = await journal.append({ kind: 'gone', generation });
    const isGone = await files.remove(generation);
    // While the journal has it as a log that is there, it must not be one that the facts never knew.
    if (!isGone || !isNoted) return;
    this.#cleared.push(generation);
    this.#forgetting ??= this.#forget().finally(() => {
      this.#forgetting = undefined;
    });
  }

  /** Resolves once nothing is under way. */
  async idle(): Promise<void> {
    await this.#forgetting;
  }

  async #forget(): Promise<void> {
    const { facts, reserve, warn } = this.context;
    try {
      while (this.#cleared.length > 0) {
        const batch = this.#cleared.splice(0, BATCH);
        let left: readonly string[] = [];
        await reserve.write('change', () =>
          facts.commit(() => {
            left = facts.producers.removeSome(batch);
          }),
        );
        this.#cleared.unshift(...left);
      }
    } catch (error) {
      this.#cleared.length = 0;
      warn(`Clearing away what is left of removed streams failed: ${messageOf(error)}`, { error });
    }
  }
}
