import type { LogRef, Writer } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { Link } from '../../../redis/link';
import type { KnownEntry } from '../schema/entries';
import { type StreamTarget, streamOf } from '../schema/stream-target';

/** What a writer has sent, and Redis need not have confirmed yet. */
export interface SentAppend {
  readonly link: Link;
  readonly end: Offset;
  /** How many entries the stream has when all of it is stored, where that is known. */
  length: number | undefined;
}

export interface LocalWriter {
  readonly log: LogRef;
  readonly epoch: number;
  readonly stream: StreamTarget;
  /** What has been acknowledged. */
  tail: Offset;
  /** That of the last entry. */
  stamp: number;
  sent: SentAppend | undefined;
  /**
   * The link over which the tail was confirmed. On another it has to be asked for: Redis may have been restarted or failed over
   * since, and have lost bytes.
   */
  confirmedOn: Link | undefined;
}

const CLAIMS_MAX = 10_000;

/** The writers that are attached on this node, and how far each has come. Their logs need no doorbell. */
export class LocalWriters {
  readonly #writers = new Map<string, LocalWriter>();
  /** Of the last attaches, also after their writers have left: an append may be repeated. */
  readonly #claims = new Map<string, string>();

  add(writer: Writer, claim: string, last: KnownEntry): void {
    const { log, epoch } = writer;
    this.#remember(nameOf(writer), claim);
    const held = this.#writers.get(log.generation);
    if (held === undefined || held.epoch < epoch)
      this.#writers.set(log.generation, {
        log,
        epoch,
        stream: streamOf(writer),
        tail: last.end,
        stamp: last.stamp,
        sent: undefined,
        confirmedOn: undefined,
      });
  }

  /** @returns whether there was a writer with an epoch up to `epoch`; there is none any more. */
  remove(log: LogRef, epoch = Number.POSITIVE_INFINITY): boolean {
    const held = this.#writers.get(log.generation);
    return held !== undefined && held.epoch <= epoch && this.#writers.delete(log.generation);
  }

  has(log: LogRef): boolean {
    return this.#writers.has(log.generation);
  }

  tailOf(log: LogRef): Offset | undefined {
    return this.#writers.get(log.generation)?.tail;
  }

  lastEntryOf(log: LogRef): KnownEntry | undefined {
    const held = this.#writers.get(log.generation);
    return held && held.tail > START ? { end: held.tail, stamp: held.stamp } : undefined;
  }

  /** Names the attach of the writer: Redis may lose that, and another writer get the same epoch. */
  claimOf(writer: Writer): string | undefined {
    return this.#claims.get(nameOf(writer));
  }

  all(): readonly Writer[] {
    return [...this.#writers.values()];
  }

  find({ log, epoch }: Writer): LocalWriter | undefined {
    const held = this.#writers.get(log.generation);
    return held?.epoch === epoch ? held : undefined;
  }

  #remember(name: string, claim: string): void {
    this.#claims.delete(name);
    this.#claims.set(name, claim);
    const [oldest] = this.#claims.keys();
    if (this.#claims.size > CLAIMS_MAX && oldest !== undefined) this.#claims.delete(oldest);
  }
}

function nameOf({ log, epoch }: Writer): string {
  return `${log.generation}:${epoch}`;
}
