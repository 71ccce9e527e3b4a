import { LogError } from '../../core/errors';
import type { LogRef, LogState, SealOutcome } from '../../core/log';
import type { Offset } from '../../core/offset';
import type { Connections } from './connect';
import { endOf } from './entries';
import { toState } from './facts';
import { logKeys } from './keys';
import { parseSealOutcome } from './outcome';
import { toNumber, toTexts } from './reply';
import { runScript } from './scripts';

/** Where a generation stands. */
export interface Place {
  /** The epoch in the name of its stream. */
  readonly epoch: number;
  readonly state: LogState;
  readonly tail: Offset;
  readonly lastId: string;
  readonly outcome?: SealOutcome;
}

const REMEMBERED_MAX = 10_000;

/** Asks where logs stand, and remembers the epoch of those asked for last: with it a read takes one command. */
export class Locator {
  readonly #epochs = new Map<string, number>();

  constructor(private readonly connections: Connections) {}

  /** @throws LogError `LOG_GONE`, `STORE_DAMAGED`; whatever the client throws */
  async locate(log: LogRef): Promise<Place> {
    try {
      const reply = await runScript(this.connections.commands, 'locate', logKeys(log.id), [
        log.id,
        log.generation,
      ]);
      const [epoch, state = '', lastId = '', outcome = ''] = toTexts(reply);
      this.#remember(log, toNumber(epoch));
      return {
        epoch: toNumber(epoch),
        state: toState(state),
        lastId,
        tail: endOf(lastId),
        ...(outcome !== '' && { outcome: parseSealOutcome(outcome) }),
      };
    } catch (error) {
      if (error instanceof LogError) this.forget(log);
      throw error;
    }
  }

  /** The epoch in the name of a log's stream as far as is known. When the stream is not there, it has been renamed or deleted. */
  remembered(log: LogRef): number | undefined {
    const epoch = this.#epochs.get(log.generation);
    if (epoch !== undefined) this.#remember(log, epoch);
    return epoch;
  }

  /** The stream has a new name. Says nothing new of logs that nobody asked for. */
  renamed(log: LogRef, epoch: number): void {
    if (epoch > (this.#epochs.get(log.generation) ?? epoch)) this.#remember(log, epoch);
  }

  forget(log: LogRef): void {
    this.#epochs.delete(log.generation);
  }

  /** The most recent are last in the map, and the first makes room. */
  #remember(log: LogRef, epoch: number): void {
    this.#epochs.delete(log.generation);
    this.#epochs.set(log.generation, epoch);
    if (this.#epochs.size <= REMEMBERED_MAX) return;
    for (const generation of this.#epochs.keys()) {
      this.#epochs.delete(generation);
      return;
    }
  }
}
