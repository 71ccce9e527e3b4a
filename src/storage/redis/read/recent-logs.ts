import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Loss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import type { KnownEntry } from '../schema/entries';

/** About two megabytes. `docs/operations.md` has this number. */
const REMEMBERED_MAX = 10_000;

/** A number that no session has. */
const NO_SESSION = -1;

/** What a node remembers of a log. */
export class RecentLog {
  epoch: number | undefined;
  /** Until when it does not expire, by `performance.now`. Unknown of a log that was not asked for. */
  livesUntil: number | undefined;
  /** The end of the log when Redis was asked last. */
  tail: Offset = START;
  /** The number of the last loss; `undefined` where Redis was not asked yet. */
  lastLossNumber: number | undefined;
  /** The session in which Redis was last seen to have all of `known`. */
  session: number | undefined;
  /** Whether this node made commits to it. */
  hasCommits = false;
  /** A loss that was found in the background, and that no commit of this node was refused for. */
  unreportedLoss: Loss | undefined;
  #end: Offset = START;
  #stamp = 0;

  constructor(readonly log: LogRef) {}

  /** How far the log is known to have come. */
  get end(): Offset {
    return this.#end;
  }

  /** The last entry that was acknowledged or handed out. */
  get lastEntry(): KnownEntry | undefined {
    return this.#end > START ? { end: this.#end, stamp: this.#stamp } : undefined;
  }

  advance(end: Offset, stamp: number, session: number): void {
    if (end <= this.#end) return;
    this.#end = end;
    this.#stamp = stamp;
    this.session ??= session;
  }

  recordLoss({ number, from }: Loss): void {
    this.lastLossNumber = number;
    if (this.#end > from) this.#end = START;
  }

  /** Redis may not have all of `known`, although the connection is still the same. */
  markUnverified(): void {
    this.session = NO_SESSION;
  }

  /** Redis answered in `session`, and not with a place. What was stored stays known: it tells a log that was lost. */
  clearPosition(session: number): void {
    this.epoch = undefined;
    this.livesUntil = undefined;
    this.session = session;
  }
}

/** The logs that were used last. */
export class RecentLogs {
  /** The most recent are last, and the first makes room. */
  readonly #byGeneration = new Map<string, RecentLog>();
  /** The newest generation of each id. */
  readonly #byId = new Map<LogId, RecentLog>();

  get({ generation }: LogRef): RecentLog | undefined {
    return this.#byGeneration.get(generation);
  }

  /** That of the newest generation with this id. */
  findById(id: LogId): RecentLog | undefined {
    return this.#byId.get(id);
  }

  /** The memory of a log, which is used now. */
  use(log: LogRef): RecentLog {
    const known = this.#byGeneration.get(log.generation);
    if (known === undefined) return this.#add(log);
    this.#byGeneration.delete(log.generation);
    this.#byGeneration.set(log.generation, known);
    return known;
  }

  /** All of them, the most recently used first. */
  newestFirst(): readonly RecentLog[] {
    return [...this.#byGeneration.values()].reverse();
  }

  forget(log: LogRef): void {
    this.#byGeneration.delete(log.generation);
    if (this.#byId.get(log.id)?.log.generation === log.generation) this.#byId.delete(log.id);
  }

  #add({ id, generation }: LogRef): RecentLog {
    const memory = new RecentLog({ id, generation });
    this.#byGeneration.set(generation, memory);
    if (generation >= (this.#byId.get(id)?.log.generation ?? '')) this.#byId.set(id, memory);
    const [oldest] = this.#byGeneration.values();
    if (this.#byGeneration.size > REMEMBERED_MAX && oldest !== undefined) this.forget(oldest.log);
    return memory;
  }
}
