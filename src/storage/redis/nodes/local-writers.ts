import { LRUCache } from 'lru-cache';
import type { LogRef, Writer } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { Link } from '../../../redis/link';
import type { KnownEntry } from '../schema/entries';
import { type StreamTarget, streamOf } from '../schema/stream-target';

/** The last append that a writer sent, whether or not Redis has confirmed it. */
export interface SentAppend {
  readonly link: Link;
  readonly end: Offset;
  /** How many entries the stream has once all of it is stored, if known. */
  length: number | undefined;
}

/** A writer that is attached on this node. */
export interface LocalWriter {
  readonly log: LogRef;
  readonly epoch: number;
  readonly stream: StreamTarget;
  /** The end of the acknowledged bytes. */
  tail: Offset;
  /** The stamp of the last entry. */
  stamp: number;
  sent: SentAppend | undefined;
  /** The link that confirmed the tail. Over another link the log is located first: Redis may have lost bytes since. */
  confirmedOn: Link | undefined;
}

const CLAIMS_MAX = 10_000;

/** The writers that are attached on this node, and how far each has come. Their logs need no remote tail. */
export class LocalWriters {
  readonly #writers = new Map<string, LocalWriter>();
  /** The claims of the last attaches, also after their writers have left: an append may be repeated. */
  readonly #claims = new LRUCache<string, string>({ max: CLAIMS_MAX });

  add(writer: Writer, claim: string, last: KnownEntry): void {
    const { log, epoch } = writer;
    this.#claims.set(nameOf(writer), claim);
    const known = this.#writers.get(log.generation);
    if (known === undefined || known.epoch < epoch)
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

  /** Removes the writer if its epoch is at most `epoch`. @returns whether it did */
  remove(log: LogRef, epoch = Number.POSITIVE_INFINITY): boolean {
    const local = this.#writers.get(log.generation);
    return local !== undefined && local.epoch <= epoch && this.#writers.delete(log.generation);
  }

  has(log: LogRef): boolean {
    return this.#writers.has(log.generation);
  }

  tailOf(log: LogRef): Offset | undefined {
    return this.#writers.get(log.generation)?.tail;
  }

  lastEntryOf(log: LogRef): KnownEntry | undefined {
    const local = this.#writers.get(log.generation);
    return local && local.tail > START ? { end: local.tail, stamp: local.stamp } : undefined;
  }

  /** Names the attach of the writer: Redis may lose the attach, and another writer may then get the same epoch. */
  claimOf(writer: Writer): string | undefined {
    return this.#claims.get(nameOf(writer));
  }

  all(): readonly Writer[] {
    return [...this.#writers.values()];
  }

  find({ log, epoch }: Writer): LocalWriter | undefined {
    const local = this.#writers.get(log.generation);
    return local?.epoch === epoch ? local : undefined;
  }
}

function nameOf({ log, epoch }: Writer): string {
  return `${log.generation}:${epoch}`;
}
