import { LRUCache } from 'lru-cache';
import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Loss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import { type KnownEntry, stampOf } from '../schema/entries';
import type { LogPosition } from './log-position';

/** About two megabytes. `docs/operations.md` has this number. */
const RECENT_MAX = 10_000;

/** A number that no session has. */
const NO_SESSION = -1;

/** The state of this node when it sent the command that located a log. */
interface LocateRequest {
  readonly epoch: number | undefined;
  /** By `performance.now`. */
  readonly at: number;
  readonly session: number;
}

/** What this node knows of a log. */
export class RecentLog {
  epoch: number | undefined;
  /** Until when it does not expire, by `performance.now`. Unknown until the log is located. */
  livesUntil: number | undefined;
  /** The tail when the log was last located. */
  tail: Offset = START;
  /** The number of the last loss; `undefined` until the log is located. */
  lastLossNumber: number | undefined;
  /** The session in which Redis was last seen to have `lastEntry`. */
  session: number | undefined;
  /** Whether this node made commits to the log. */
  hasCommits = false;
  /** A loss that was found in the background, and that no commit of this node was refused for. */
  unreportedLoss: Loss | undefined;
  #end: Offset = START;
  #stamp = 0;

  constructor(readonly log: LogRef) {}

  /** How far the log is known to reach. */
  get end(): Offset {
    return this.#end;
  }

  /** The last entry that was acknowledged or read. */
  get lastEntry(): KnownEntry | undefined {
    return this.#end > START ? { end: this.#end, stamp: this.#stamp } : undefined;
  }

  isVerifiedIn(session: number): boolean {
    return this.lastEntry === undefined || this.session === session;
  }

  advance(end: Offset, stamp: number, session: number): void {
    if (end <= this.#end) return;
    this.#end = end;
    this.#stamp = stamp;
    this.session ??= session;
  }

  /** @returns the last loss, if this node did not know of it */
  located(position: LogPosition, request: LocateRequest): Loss | undefined {
    const { losses, foundLoss, state, tail, lastId, expiresInMs } = position;
    // What this node learned while the reply was on its way is newer than the reply.
    if (this.epoch === request.epoch || position.epoch > (this.epoch ?? 0)) this.epoch = position.epoch;
    this.tail = tail;
    this.session = request.session;
    // Redis counts whole milliseconds of its clock: it may be almost one less.
    this.livesUntil = request.at + (expiresInMs ?? Number.POSITIVE_INFINITY) - 1;
    const last = losses.at(-1);
    const isNew =
      this.lastLossNumber === undefined ? foundLoss !== undefined : (last?.number ?? 0) > this.lastLossNumber;
    this.lastLossNumber = Math.max(this.lastLossNumber ?? 0, last?.number ?? 0);
    if (isNew && last) this.recordLoss(last);
    // If a sealed log loses only the entry of its seal, it loses no bytes.
    if (state !== 'closed') this.advance(tail, stampOf(lastId), request.session);
    return isNew ? last : undefined;
  }

  recordLoss({ number, from }: Loss): void {
    this.lastLossNumber = number;
    if (this.#end > from) this.#end = START;
  }

  /** Redis may have lost `lastEntry`, although the connection is still the same. */
  markUnverified(): void {
    this.session = NO_SESSION;
  }

  /** Redis replied with an error in `session`. What was stored stays known: by it a lost log is recognised. */
  clearPosition(session: number): void {
    this.epoch = undefined;
    this.livesUntil = undefined;
    this.session = session;
  }
}

/** The logs that this node used last. */
export class RecentLogs {
  /** The newest generation of each id. */
  readonly #byId = new Map<LogId, RecentLog>();
  readonly #byGeneration = new LRUCache<string, RecentLog>({
    max: RECENT_MAX,
    dispose: (recent) => {
      if (this.#byId.get(recent.log.id) === recent) this.#byId.delete(recent.log.id);
    },
  });

  /** Does not count as a use. */
  get({ generation }: LogRef): RecentLog | undefined {
    return this.#byGeneration.peek(generation);
  }

  findById(id: LogId): RecentLog | undefined {
    return this.#byId.get(id);
  }

  /** Marks a log as used now. Adds it if it is unknown. */
  use(log: LogRef): RecentLog {
    return this.#byGeneration.get(log.generation) ?? this.#add(log);
  }

  newestFirst(): readonly RecentLog[] {
    return [...this.#byGeneration.values()];
  }

  forget(log: LogRef): void {
    this.#byGeneration.delete(log.generation);
  }

  #add({ id, generation }: LogRef): RecentLog {
    const recent = new RecentLog({ id, generation });
    this.#byGeneration.set(generation, recent);
    if (generation >= (this.#byId.get(id)?.log.generation ?? '')) this.#byId.set(id, recent);
    return recent;
  }
}
