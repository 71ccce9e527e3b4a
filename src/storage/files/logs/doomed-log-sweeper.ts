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

/** How many logs one transaction forgets, so that none exceeds the disk reserve. */
const BATCH = 64;

/** Deletes what is left of removed logs. First the files, then the states, then the mark, from which a start after a crash goes on. */
export class DoomedLogSweeper {
  /** Generations whose files are deleted. */
  readonly #cleared: string[] = [];
  #forgetting: Promise<void> | undefined;

  constructor(private readonly context: SweeperContext) {}

  /** Deletes what an earlier process left. */
  async sweepAll(): Promise<void> {
    const { facts } = this.context;
    for (const generation of facts.producers.doomed()) {
      // A recovery that was interrupted gave the log another id: it exists.
      if (!facts.has(generation)) await this.sweep(generation);
    }
    await this.idle();
  }

  /** Resolves once the log's files are deleted; the rest follows soon. Never throws: what cannot be deleted stays doomed. */
  async sweep(generation: string): Promise<void> {
    const { files, journal } = this.context;
    // First, because a recovery after the loss of the facts must not bring back a log without bytes.
    const isNoted = await journal.append({ kind: 'gone', generation });
    const isGone = await files.remove(generation);
    // While the journal has the log, its mark must stay: otherwise the facts would seem to be older than the log.
    if (!isGone || !isNoted) return;
    this.#cleared.push(generation);
    this.#forgetting ??= this.#forget().finally(() => {
      this.#forgetting = undefined;
    });
  }

  /** Resolves once nothing is in progress. */
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
