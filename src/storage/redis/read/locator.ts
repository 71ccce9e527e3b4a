import { isLogError, LogError } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Loss } from '../../../core/log/loss';
import { type Offset, START } from '../../../core/log/offset';
import type { Connections } from '../../../redis/connections';
import { failureKind } from '../../../redis/failures/failure-kind';
import { toTexts } from '../../../redis/resp/reply';
import type { KnownEntry } from '../schema/entries';
import { endOf, timeOf } from '../schema/entries';
import { logKeys } from '../schema/keys';
import { runLogScript } from '../schema/log-scripts';
import { type LogPosition, parseLogPosition } from './log-position';
import type { LossRecorder } from './loss-recorder';
import { type RecentLog, RecentLogs } from './recent-logs';

/** What a node that knows of no entry of a log asks with. */
const NO_ENTRY: KnownEntry = { end: START, stamp: 0 };

export interface LocatorHooks {
  /** How far a writer of this node has come. */
  tailOf(log: LogRef): Offset | undefined;
  /** The last entry that a writer of this node stored, or that its followers got. */
  lastEntryOf(log: LogRef): KnownEntry | undefined;
  /** Redis lost bytes of the log. */
  onLoss(log: LogRef, loss: Loss): void;
}

/**
 * Asks for the place of logs, and remembers the epoch of those asked for last: with it a read takes one command. Each question also
 * compares what this node knows of the log with what Redis has, and so notices lost bytes.
 */
export class Locator {
  readonly #recent = new RecentLogs();

  constructor(
    private readonly connections: Connections,
    private readonly losses: LossRecorder,
    private readonly owner: LocatorHooks,
  ) {}

  /**
   * Where the byte stream of an open log is gone, the loss is recorded and the log goes on at 0.
   * @throws LogError `LOG_GONE`, `STORE_DAMAGED`; whatever the client throws
   */
  async locate(log: LogRef): Promise<LogPosition> {
    try {
      return await this.#ask(log);
    } catch (error) {
      if (!isLogError(error, 'STORE_DAMAGED')) throw error;
      const missing = this.#known(log) ?? NO_ENTRY;
      const { losses } = await this.losses.record(log, missing, this.lastLossNumber(log));
      // The event of this loss may come before the answer to the next question, which then finds nothing missing.
      const found = lossOf(losses, missing);
      return { ...(await this.#ask(log)), ...(found && { found }) };
    }
  }

  async #ask(log: LogRef): Promise<LogPosition> {
    // What becomes known while the answer is on its way is newer than the answer.
    const before = this.#recent.get(log)?.epoch;
    const known = this.#known(log);
    const asked = { at: performance.now(), session: this.connections.sessionNumber };
    try {
      const args = [log.id, log.generation, '', '', known?.end ?? '', known?.stamp ?? ''];
      const reply = toTexts(await runLogScript(this.connections.commands, 'locate', logKeys(log.id), args));
      const isThere = reply[7] === '1';
      const place = await this.#withLoss(log, parseLogPosition(reply), isThere ? undefined : known);
      // That a log is verified is no use of it: it keeps its rank among those that are remembered.
      const memory = this.#recent.get(log) ?? this.#recent.use(log);
      if (memory.epoch === before || place.epoch > (memory.epoch ?? 0)) memory.epoch = place.epoch;
      memory.tail = place.tail;
      memory.session = asked.session;
      // Redis counted in whole milliseconds of its clock: it may be almost one less.
      memory.livesUntil = asked.at + (place.leftMs ?? Number.POSITIVE_INFINITY) - 1;
      this.#update(log, memory, place);
      return place;
    } catch (error) {
      if (isRedisAnswer(error)) this.#recent.get(log)?.clearPosition(asked.session);
      throw error;
    }
  }

  /**
   * The epoch in the name of a log's stream as far as is known. When the stream is not there, it has been renamed or deleted. Unknown where
   * the connection to Redis is another one since: Redis may have lost bytes.
   */
  cachedEpoch(log: LogRef): number | undefined {
    if (this.#recent.get(log) === undefined) return undefined;
    const memory = this.#recent.use(log);
    const isPast = memory.session !== this.connections.sessionNumber || this.mayHaveExpired(log);
    return isPast ? undefined : memory.epoch;
  }

  /** Whether this node knows of bytes of the log that it has not looked for since the connection to Redis is another one. */
  mustVerify(log: LogRef): boolean {
    const memory = this.#recent.get(log);
    return memory !== undefined && this.#isUnverified(memory);
  }

  /** As `verify`, in the background. A loss is kept for the next commit, if this node made some. @throws as `locate` */
  async verifyInBackground(log: LogRef): Promise<void> {
    // A reader may have asked for it meanwhile.
    if (!this.mustVerify(log)) return;
    const { found } = await this.locate(log);
    const memory = this.#recent.get(log);
    if (found && memory?.hasCommits) memory.unreportedLoss = found;
  }

  /** The loss that a commit is refused for, once. */
  takeUnreportedLoss(log: LogRef): Loss | undefined {
    const memory = this.#recent.get(log);
    if (memory?.unreportedLoss === undefined) return undefined;
    const { unreportedLoss } = memory;
    memory.unreportedLoss = undefined;
    return unreportedLoss;
  }

  /** All logs that must be verified, the most recently used first. */
  unverified(): readonly LogRef[] {
    const unverified = this.#recent.newestFirst().filter((memory) => this.#isUnverified(memory));
    return unverified.map(({ log }) => log);
  }

  /**
   * Looks for what this node knows of the log, unless it has done so since the connection to Redis is another one.
   * @returns whether the log is not as it was
   * @throws whatever the client throws
   */
  async verify(log: LogRef): Promise<boolean> {
    if (!this.mustVerify(log)) return false;
    try {
      return (await this.locate(log)).found !== undefined;
    } catch (error) {
      if (error instanceof LogError) return true;
      throw error;
    }
  }

  /** Whether the log may be past its time, as far as is known: a question for its place tells. */
  mayHaveExpired(log: LogRef): boolean {
    const livesUntil = this.#recent.get(log)?.livesUntil;
    if (livesUntil === undefined || livesUntil === Number.POSITIVE_INFINITY) return false;
    return livesUntil <= performance.now();
  }

  /** Whether the log is one that expires. How long it has left is asked for when that matters. */
  setExpires(log: LogRef, does: boolean): void {
    this.#recent.use(log).livesUntil = does ? 0 : Number.POSITIVE_INFINITY;
  }

  /** The stream has a new name. Says nothing new of logs that nobody asked for. */
  renamed(log: LogRef, epoch: number): void {
    const memory = this.#recent.get(log);
    if (memory?.epoch !== undefined && epoch > memory.epoch) memory.epoch = epoch;
  }

  /** There is an entry that ends at `end`: it was acknowledged, or handed out. */
  advance(log: LogRef, end: Offset, stamp: number): RecentLog {
    const memory = this.#recent.use(log);
    memory.advance(end, stamp, this.connections.sessionNumber);
    return memory;
  }

  /** How far the log is known to have come. */
  knownEnd(log: LogRef): Offset {
    const own = this.owner.tailOf(log);
    const remembered = this.#recent.get(log)?.end ?? START;
    return own !== undefined && own > remembered ? own : remembered;
  }

  /** Whether there are bytes up to `offset`, as far as is known. */
  hasBytesUpTo(log: LogRef, offset: Offset): boolean {
    return this.knownEnd(log) >= offset || (this.#recent.get(log)?.tail ?? START) >= offset;
  }

  /** The number of the last loss that this node knows of. */
  lastLossNumber(log: LogRef): number {
    return this.#recent.get(log)?.lastLossNumber ?? 0;
  }

  /** Another node recorded a loss. @returns whether that is news here */
  recordLoss(log: LogRef, loss: Loss): boolean {
    const memory = this.#recent.get(log);
    if (memory === undefined) return true;
    if ((memory.lastLossNumber ?? 0) >= loss.number) return false;
    // The other node may have known less of the log than this one.
    if ((memory.lastEntry?.end ?? START) > loss.to) this.#compare(memory);
    else memory.recordLoss(loss);
    return true;
  }

  /** Another node or this one sealed the log: where that contradicts what this node knows, bytes were lost before. */
  sealed(log: LogRef, at: Offset): void {
    const memory = this.#recent.get(log);
    if (memory?.lastEntry !== undefined && (memory.lastEntry.end > at || this.#isUnverified(memory)))
      this.#compare(memory);
  }

  /** There is a log with this id: what is known of one before it is of no use any more. */
  created({ id, generation }: LogRef): void {
    const former = this.#recent.findById(id)?.log;
    if (former !== undefined && former.generation < generation) this.forget(former);
  }

  /** The log with this id that this node wrote or read last. */
  findById(id: LogId): LogRef | undefined {
    return this.#recent.findById(id)?.log;
  }

  forget(log: LogRef): void {
    this.#recent.forget(log);
  }

  /** Where this fails, the next request for the log asks again. */
  #compare(memory: RecentLog): void {
    memory.markUnverified();
    this.locate(memory.log).catch(() => {});
  }

  #isUnverified({ lastEntry, session }: RecentLog): boolean {
    return lastEntry !== undefined && session !== this.connections.sessionNumber;
  }

  #known(log: LogRef): KnownEntry | undefined {
    const own = this.owner.lastEntryOf(log);
    const remembered = this.#recent.get(log)?.lastEntry;
    return own !== undefined && own.end >= (remembered?.end ?? START) ? own : remembered;
  }

  /** @param missing the entry that is not there any more */
  async #withLoss(log: LogRef, place: LogPosition, missing: KnownEntry | undefined): Promise<LogPosition> {
    if (missing === undefined) return place;
    const { losses, lastId } = await this.losses.record(log, missing, this.lastLossNumber(log));
    const found = lossOf(losses, missing);
    return { ...place, losses, lastId, tail: endOf(lastId), ...(found && { found }) };
  }

  #update(log: LogRef, memory: RecentLog, { losses, found, state, tail, lastId }: LogPosition): void {
    const last = losses.at(-1);
    const isNews =
      memory.lastLossNumber === undefined
        ? found !== undefined
        : last !== undefined && last.number > memory.lastLossNumber;
    memory.lastLossNumber = Math.max(memory.lastLossNumber ?? 0, last?.number ?? 0);
    if (isNews && last) memory.recordLoss(last);
    // The entry of a seal may be lost alone, which takes no bytes.
    if (state !== 'closed') memory.advance(tail, timeOf(lastId), this.connections.sessionNumber);
    if (isNews && last) this.owner.onLoss(log, last);
  }
}

/** The loss that explains why an entry is not there any more. */
function lossOf(losses: readonly Loss[], missing: KnownEntry): Loss | undefined {
  return losses.findLast(({ from, to }) => from < missing.end && to >= missing.end);
}

/** Whether Redis answered, although not with the place of a log. */
export function isRedisAnswer(error: unknown): boolean {
  return error instanceof LogError || failureKind(error) === 'damaged';
}
