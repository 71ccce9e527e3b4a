import type { LogRef, Writer } from '../../core/log';
import type { Offset } from '../../core/offset';
import { type Target, targetAt } from './add-entries';
import { bytesKey } from './keys';
import type { Link } from './link';

/** What a writer has sent, and Redis need not have confirmed yet. */
export interface Sent {
  readonly link: Link;
  readonly end: Offset;
  /** How many entries the stream has when all of it is stored, where that is known. */
  length: number | undefined;
}

export interface Held {
  readonly log: LogRef;
  readonly epoch: number;
  readonly target: Target;
  /** What has been acknowledged. */
  tail: Offset;
  sent: Sent | undefined;
  /**
   * The link over which the tail was confirmed. On another it has to be asked for: Redis may have been restarted or failed over
   * since, and have lost bytes.
   */
  confirmedOn: Link | undefined;
}

/** The writers that are attached on this node, and how far each has come. Their logs need no doorbell. */
export class Writers {
  readonly #held = new Map<string, Held>();

  attached(writer: Writer, tail: Offset): void {
    const { log, epoch } = writer;
    const held = this.#held.get(log.generation);
    if (held === undefined || held.epoch < epoch)
      this.#held.set(log.generation, {
        log,
        epoch,
        target: targetOf(writer),
        tail,
        sent: undefined,
        confirmedOn: undefined,
      });
  }

  /** @returns whether there was a writer with an epoch up to `epoch`; there is none any more. */
  left(log: LogRef, epoch = Number.POSITIVE_INFINITY): boolean {
    const held = this.#held.get(log.generation);
    return held !== undefined && held.epoch <= epoch && this.#held.delete(log.generation);
  }

  has(log: LogRef): boolean {
    return this.#held.has(log.generation);
  }

  tailOf(log: LogRef): Offset | undefined {
    return this.#held.get(log.generation)?.tail;
  }

  all(): readonly Writer[] {
    return [...this.#held.values()];
  }

  of({ log, epoch }: Writer): Held | undefined {
    const held = this.#held.get(log.generation);
    return held?.epoch === epoch ? held : undefined;
  }
}

/** The stream that a writer writes to. */
export function targetOf({ log, epoch }: Writer): Target {
  return targetAt(bytesKey(log.id, log.generation, epoch));
}
