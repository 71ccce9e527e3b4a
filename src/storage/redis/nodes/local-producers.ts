import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';

interface LocalProducer {
  readonly id: LogId;
  /** How many changes are under way that attach or detach a writer of this node. */
  pendingChanges: number;
  /** The epoch of the writer on this node. */
  epoch: number | undefined;
  /** The highest epoch that was observed, of any node. */
  newestEpoch: number;
}

/** The logs that producers of this node are attached to, or are about to be. `NodeLogs` interrupts what else this node holds. */
export class LocalProducers {
  readonly #byGeneration = new Map<string, LocalProducer>();

  /** `endChange` must follow. */
  beginChange({ id, generation }: LogRef): void {
    const producer = this.#byGeneration.get(generation);
    if (producer) producer.pendingChanges += 1;
    else this.#byGeneration.set(generation, { id, pendingChanges: 1, epoch: undefined, newestEpoch: 0 });
  }

  endChange(log: LogRef): void {
    this.#update(log, (producer) => {
      producer.pendingChanges -= 1;
    });
  }

  /** Records a writer, between `beginChange` and `endChange`. @returns whether it is still the newest: the reply may be late */
  attached({ generation }: LogRef, epoch: number): boolean {
    const producer = this.#byGeneration.get(generation);
    if (producer === undefined || producer.newestEpoch > epoch) return false;
    producer.epoch = epoch;
    producer.newestEpoch = epoch;
    return true;
  }

  /** The log has this epoch now: a writer with a lower one was replaced. */
  observeEpoch(log: LogRef, epoch: number): void {
    this.#update(log, (producer) => {
      producer.newestEpoch = Math.max(producer.newestEpoch, epoch);
      if (producer.epoch !== undefined && producer.epoch < epoch) producer.epoch = undefined;
    });
  }

  /** The writer with this epoch, or a lower one, has left. */
  detached(log: LogRef, epoch: number): void {
    this.#update(log, (producer) => {
      if (producer.epoch !== undefined && producer.epoch <= epoch) producer.epoch = undefined;
    });
  }

  ids(): ReadonlySet<LogId> {
    return new Set([...this.#byGeneration.values()].map(({ id }) => id));
  }

  #update({ generation }: LogRef, update: (producer: LocalProducer) => void): void {
    const producer = this.#byGeneration.get(generation);
    if (producer === undefined) return;
    update(producer);
    if (producer.pendingChanges === 0 && producer.epoch === undefined) this.#byGeneration.delete(generation);
  }
}
