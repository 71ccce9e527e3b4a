import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';

interface Attachment {
  readonly id: LogId;
  /** How many changes are under way that make or end a writer of this node. */
  underWay: number;
  /** That of the writer on this node. */
  epoch: number | undefined;
  /** The highest that was heard of, from any node. */
  newest: number;
}

/**
 * To which logs producers of this node are attached, or are about to be. What Redis takes to be held by this node beyond that,
 * nobody would ever release.
 */
export class Attachments {
  readonly #byGeneration = new Map<string, Attachment>();

  /** `over` must follow. */
  begin({ id, generation }: LogRef): void {
    const attachment = this.#byGeneration.get(generation);
    if (attachment) attachment.underWay += 1;
    else this.#byGeneration.set(generation, { id, underWay: 1, epoch: undefined, newest: 0 });
  }

  over(log: LogRef): void {
    this.#alter(log, (attachment) => {
      attachment.underWay -= 1;
    });
  }

  /** Between `begin` and `over`. @returns whether it is still the newest writer: the answer of Redis may have been on its way for long. */
  arrived({ generation }: LogRef, epoch: number): boolean {
    const attachment = this.#byGeneration.get(generation);
    if (attachment === undefined || attachment.newest > epoch) return false;
    attachment.epoch = epoch;
    attachment.newest = epoch;
    return true;
  }

  /** The log has this epoch now: a writer of a lower one has been replaced. */
  heard(log: LogRef, epoch: number): void {
    this.#alter(log, (attachment) => {
      attachment.newest = Math.max(attachment.newest, epoch);
      if (attachment.epoch !== undefined && attachment.epoch < epoch) attachment.epoch = undefined;
    });
  }

  /** The writer with this epoch, or a lower one, is no more. */
  left(log: LogRef, epoch: number): void {
    this.#alter(log, (attachment) => {
      if (attachment.epoch !== undefined && attachment.epoch <= epoch) attachment.epoch = undefined;
    });
  }

  ids(): ReadonlySet<LogId> {
    return new Set([...this.#byGeneration.values()].map(({ id }) => id));
  }

  #alter({ generation }: LogRef, change: (attachment: Attachment) => void): void {
    const attachment = this.#byGeneration.get(generation);
    if (attachment === undefined) return;
    change(attachment);
    if (attachment.underWay === 0 && attachment.epoch === undefined) this.#byGeneration.delete(generation);
  }
}
