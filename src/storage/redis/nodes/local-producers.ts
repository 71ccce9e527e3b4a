import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';

interface LocalProducer {
  readonly id: LogId;
  /** How many changes are under way that make or end a writer of this node. */
  pendingChanges: number;
  /** That of the writer on this node. */
  epoch: number | undefined;
  /** The highest that was heard of, from any node. */
  newestEpoch: number;
}

/**
 * To which logs producers of this node are attached, or are about to be. What Redis takes to be held by this node beyond that,
 * nobody would ever release.
 */
export class LocalProducers {
  readonly #byGeneration = new Map<string, LocalProducer>();

  /** `over` must follow. */
  beginChange({ id, generation }: LogRef): void {
    const attachment = this.#byGeneration.get(generation);
    if (attachment) attachment.pendingChanges += 1;
    else this.#byGeneration.set(generation, { id, pendingChanges: 1, epoch: undefined, newestEpoch: 0 });
  }

  endChange(log: LogRef): void {
    this.#alter(log, (attachment) => {
      attachment.pendingChanges -= 1;
    });
  }

  /** Between `begin` and `over`. @returns whether it is still the newest writer: the answer of Redis may have been on its way for long. */
  attached({ generation }: LogRef, epoch: number): boolean {
    const attachment = this.#byGeneration.get(generation);
    if (attachment === undefined || attachment.newestEpoch > epoch) return false;
    attachment.epoch = epoch;
    attachment.newestEpoch = epoch;
    return true;
  }

  /** The log has this epoch now: a writer of a lower one has been replaced. */
  observeEpoch(log: LogRef, epoch: number): void {
    this.#alter(log, (attachment) => {
      attachment.newestEpoch = Math.max(attachment.newestEpoch, epoch);
      if (attachment.epoch !== undefined && attachment.epoch < epoch) attachment.epoch = undefined;
    });
  }

  /** The writer with this epoch, or a lower one, is no more. */
  detached(log: LogRef, epoch: number): void {
    this.#alter(log, (attachment) => {
      if (attachment.epoch !== undefined && attachment.epoch <= epoch) attachment.epoch = undefined;
    });
  }

  ids(): ReadonlySet<LogId> {
    return new Set([...this.#byGeneration.values()].map(({ id }) => id));
  }

  #alter({ generation }: LogRef, change: (attachment: LocalProducer) => void): void {
    const attachment = this.#byGeneration.get(generation);
    if (attachment === undefined) return;
    change(attachment);
    if (attachment.pendingChanges === 0 && attachment.epoch === undefined)
      this.#byGeneration.delete(generation);
  }
}
