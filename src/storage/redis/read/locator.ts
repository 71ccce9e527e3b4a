import { isLogError, LogError } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Loss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import { failureKind } from '../../../redis/failures/failure-kind';
import { toTexts } from '../../../redis/resp/reply';
import { endOf, type KnownEntry } from '../schema/entries';
import type { RedisStoreContext } from '../schema/store-context';
import { type LogPosition, parseLogPosition } from './log-position';
import { LossRecorder } from './loss-recorder';
import { type RecentLog, RecentLogs } from './recent-logs';

/** Replaces the last entry of a log of which this node knows none. */
const NO_ENTRY: KnownEntry = { end: START, stamp: 0 };

interface LocatorHooks {
  /** The tail of a writer of this node. */
  tailOf(log: LogRef): Offset | undefined;
  /** The last entry that a writer of this node stored, or that its followers read. */
  lastEntryOf(log: LogRef): KnownEntry | undefined;
  /** Redis lost bytes of the log. */
  onLoss(log: LogRef, loss: Loss): void;
}

/** Finds the position of logs in Redis, and caches the epoch of recent ones: a read takes one command. `locate` finds lost bytes. */
export class Locator {
  readonly #recent = new RecentLogs();
  readonly #losses: LossRecorder;

  constructor(
    private readonly context: Pick<RedisStoreContext, 'connections' | 'scripts' | 'settings'>,
    private readonly hooks: LocatorHooks,
  ) {
    this.#losses = new LossRecorder(context);
  }

  /** If the stream of an open log is gone, records the loss. @throws LogError `LOG_GONE`, `STORE_DAMAGED`; whatever the client throws */
  async locate(log: LogRef): Promise<LogPosition> {
    try {
      return await this.#locate(log);
    } catch (error) {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      const missing = this.#known(log) ?? NO_ENTRY;
      const { losses } = await this.#losses.record(log, missing, this.lastLossNumber(log));
      // The event of this loss may arrive before the second reply, in which nothing is missing then.
      const foundLoss = lossOf(losses, missing);
      return { ...(await this.#locate(log)), ...(foundLoss && { foundLoss }) };
    }
  }

  async #locate(log: LogRef): Promise<LogPosition> {
    const known = this.#known(log);
    const { sessionNumber: session } = this.context.connections;
    const request = { epoch: this.#recent.get(log)?.epoch, at: performance.now(), session };
    try {
      const args = [known?.end ?? '', known?.stamp ?? ''];
      const reply = toTexts(await this.context.scripts.runOnLog('locate', log, args));
      const hasKnown = reply[7] === '1';
      const position = await this.#withLoss(log, parseLogPosition(reply), hasKnown ? undefined : known);
      // A verification does not count as a use of the log.
      const recent = this.#recent.get(log) ?? this.#recent.use(log);
      const newLoss = recent.located(position, request);
      if (newLoss) this.hooks.onLoss(log, newLoss);
      return position;
    } catch (error) {
      if (isRedisAnswer(error)) this.#recent.get(log)?.clearPosition(session);
      throw error;
    }
  }

  /** The epoch in the name of a log's stream, as far as known: a missing stream was renamed. `undefined` after a new connection. */
  cachedEpoch(log: LogRef): number | undefined {
    if (this.#recent.get(log) === undefined) return undefined;
    const recent = this.#recent.use(log);
    const isStale = recent.session !== this.context.connections.sessionNumber || this.mayHaveExpired(log);
    return isStale ? undefined : recent.epoch;
  }

  /** Whether this node knows of bytes of the log that it has not verified since the last new connection to Redis. */
  mustVerify(log: LogRef): boolean {
    const recent = this.#recent.get(log);
    return recent !== undefined && this.#isUnverified(recent);
  }

  /** As `verify`, in the background. If this node made commits to the log, the next commit throws the loss. @throws as `locate` */
  async verifyInBackground(log: LogRef): Promise<void> {
    // A reader may have located it meanwhile.
    if (!this.mustVerify(log)) return;
    const { foundLoss } = await this.locate(log);
    const recent = this.#recent.get(log);
    if (foundLoss && recent?.hasCommits) recent.unreportedLoss = foundLoss;
  }

  /** The loss that a commit is refused for, once. */
  takeUnreportedLoss(log: LogRef): Loss | undefined {
    const recent = this.#recent.get(log);
    if (recent?.unreportedLoss === undefined) return undefined;
    const { unreportedLoss } = recent;
    recent.unreportedLoss = undefined;
    return unreportedLoss;
  }

  /** All logs that must be verified, the most recently used first. */
  unverified(): readonly LogRef[] {
    const unverified = this.#recent.newestFirst().filter((recent) => this.#isUnverified(recent));
    return unverified.map(({ log }) => log);
  }

  /** Locates the log once per connection to Redis. @returns whether the log has changed @throws whatever the client throws */
  async verify(log: LogRef): Promise<boolean> {
    if (!this.mustVerify(log)) return false;
    try {
      return (await this.locate(log)).foundLoss !== undefined;
    } catch (error) {
      if (error instanceof LogError) return true;
      throw error;
    }
  }

  /** Whether the log may have expired, as far as this node knows. `locate` finds out. */
  mayHaveExpired(log: LogRef): boolean {
    const livesUntil = this.#recent.get(log)?.livesUntil;
    if (livesUntil === undefined || livesUntil === Number.POSITIVE_INFINITY) return false;
    return livesUntil <= performance.now();
  }

  /** Sets whether the log expires. When it does, the next use of the log locates it first. */
  setExpires(log: LogRef, expires: boolean): void {
    this.#recent.use(log).livesUntil = expires ? 0 : Number.POSITIVE_INFINITY;
  }

  /** The stream has a new name. Ignored for logs that this node has not located. */
  renamed(log: LogRef, epoch: number): void {
    const recent = this.#recent.get(log);
    if (recent?.epoch !== undefined && epoch > recent.epoch) recent.epoch = epoch;
  }

  /** An entry that ends at `end` was acknowledged or read. */
  advance(log: LogRef, end: Offset, stamp: number): RecentLog {
    const recent = this.#recent.use(log);
    recent.advance(end, stamp, this.context.connections.sessionNumber);
    return recent;
  }

  knownEnd(log: LogRef): Offset {
    const own = this.hooks.tailOf(log);
    const recent = this.#recent.get(log)?.end ?? START;
    return own !== undefined && own > recent ? own : recent;
  }

  hasBytesUpTo(log: LogRef, offset: Offset): boolean {
    return this.knownEnd(log) >= offset || (this.#recent.get(log)?.tail ?? START) >= offset;
  }

  /** The number of the last loss that this node knows of. */
  lastLossNumber(log: LogRef): number {
    return this.#recent.get(log)?.lastLossNumber ?? 0;
  }

  /** Another node recorded a loss. @returns whether this node did not know of it */
  recordLoss(log: LogRef, loss: Loss): boolean {
    const recent = this.#recent.get(log);
    if (recent === undefined) return true;
    if ((recent.lastLossNumber ?? 0) >= loss.number) return false;
    // The other node may have known less of the log than this one.
    if ((recent.lastEntry?.end ?? START) > loss.to) this.#relocate(recent);
    else recent.recordLoss(loss);
    return true;
  }

  /** The log was sealed, by any node. If it ends before an entry that this node knows of, bytes were lost before the seal. */
  sealed(log: LogRef, at: Offset): void {
    const recent = this.#recent.get(log);
    if (recent?.lastEntry !== undefined && (recent.lastEntry.end > at || this.#isUnverified(recent)))
      this.#relocate(recent);
  }

  /** A log with this id was created: a former one with the same id is forgotten. */
  created({ id, generation }: LogRef): void {
    const former = this.findById(id);
    if (former !== undefined && former.generation < generation) this.forget(former);
  }

  /** The log with this id that this node wrote or read last. */
  findById(id: LogId): LogRef | undefined {
    return this.#recent.findById(id)?.log;
  }

  forget(log: LogRef): void {
    this.#recent.forget(log);
  }

  /** Where this fails, the next request for the log locates it. */
  #relocate(recent: RecentLog): void {
    recent.markUnverified();
    this.locate(recent.log).catch(() => {});
  }

  #isUnverified(recent: RecentLog): boolean {
    return !recent.isVerifiedIn(this.context.connections.sessionNumber);
  }

  #known(log: LogRef): KnownEntry | undefined {
    const own = this.hooks.lastEntryOf(log);
    const recent = this.#recent.get(log)?.lastEntry;
    return own !== undefined && own.end >= (recent?.end ?? START) ? own : recent;
  }

  /** @param missing the entry that Redis does not have any more */
  async #withLoss(log: LogRef, position: LogPosition, missing: KnownEntry | undefined): Promise<LogPosition> {
    if (missing === undefined) return position;
    const { losses, lastId } = await this.#losses.record(log, missing, this.lastLossNumber(log));
    const foundLoss = lossOf(losses, missing);
    return { ...position, losses, lastId, tail: endOf(lastId), ...(foundLoss && { foundLoss }) };
  }
}

/** The loss that a missing entry belongs to. */
function lossOf(losses: readonly Loss[], missing: KnownEntry): Loss | undefined {
  return losses.findLast(({ from, to }) => from < missing.end && to >= missing.end);
}

/** Whether Redis replied, although not with the position of a log. */
export function isRedisAnswer(error: unknown): boolean {
  return error instanceof LogError || failureKind(error) === 'damaged';
}
