import { isLogError, LogError } from '../../core/errors';
import type { LogRef, LogState, SealOutcome } from '../../core/log';
import type { Loss } from '../../core/loss';
import { advance, type Offset, START } from '../../core/offset';
import type { Connections } from './connect';
import { endOf, timeOf } from './entries';
import { toState } from './facts';
import { logKeys } from './keys';
import { type KnownEntry, LogMemories, type LogMemory } from './log-memory';
import type { LossRecorder } from './loss-recorder';
import { parseLosses } from './losses';
import { parseSealOutcome } from './outcome';
import { toNumber, toTexts } from './reply';
import { runScript } from './scripts';

/** The present place of a generation. */
export interface Place {
  /** The epoch in the name of its stream. */
  readonly epoch: number;
  /** Names the attach of the last writer; empty where none attached. */
  readonly claim: string;
  readonly state: LogState;
  /** The end of the bytes that are there. */
  readonly tail: Offset;
  readonly lastId: string;
  /** Where the log was sealed. */
  readonly endsAt?: Offset;
  readonly outcome?: SealOutcome;
  /** How long until it expires, unless it is touched before. Milliseconds. */
  readonly leftMs?: number;
  readonly losses: readonly Loss[];
  /** Present when this very question found that bytes are gone which this node knew of. */
  readonly found?: Loss;
}

/** The id of the last entry of a stream that is not there. */
const NOTHING = '0-0';

export interface LocatorOwner {
  /** How far a writer of this node has come. */
  tailOf(log: LogRef): Offset | undefined;
  /** The last entry that a writer of this node stored, or that its followers got. */
  lastOf(log: LogRef): KnownEntry | undefined;
  /** Redis lost bytes of the log. */
  lost(log: LogRef, loss: Loss): void;
}

/**
 * Asks for the place of logs, and remembers the epoch of those asked for last: with it a read takes one command. Each question also
 * compares what this node knows of the log with what Redis has, and so notices lost bytes.
 */
export class Locator {
  readonly #memories = new LogMemories();

  constructor(
    private readonly connections: Connections,
    private readonly losses: LossRecorder,
    private readonly owner: LocatorOwner,
  ) {}

  /** @throws LogError `LOG_GONE`, `STORE_DAMAGED`; whatever the client throws */
  async locate(log: LogRef): Promise<Place> {
    // What becomes known while the answer is on its way is newer than the answer.
    const before = this.#memories.get(log)?.epoch;
    const known = this.#known(log);
    const asked = { at: performance.now(), session: this.connections.session };
    try {
      const args = [log.id, log.generation, '', '', known?.end ?? '', known?.stamp ?? ''];
      const reply = toTexts(await runScript(this.connections.commands, 'locate', logKeys(log.id), args));
      const isThere = reply[7] === '1';
      const place = await this.#withLoss(log, toPlace(reply), isThere ? undefined : known);
      const memory = this.#memories.of(log);
      if (memory.epoch === before || place.epoch > (memory.epoch ?? 0)) memory.epoch = place.epoch;
      memory.tail = place.tail;
      memory.session = asked.session;
      // Redis counted in whole milliseconds of its clock: it may be almost one less.
      memory.livesUntil = asked.at + (place.leftMs ?? Number.POSITIVE_INFINITY) - 1;
      this.#learn(log, memory, place);
      return place;
    } catch (error) {
      if (isLogError(error, 'STORE_DAMAGED') && known) await this.#withoutBytes(log, known);
      if (error instanceof LogError) this.forget(log);
      throw error;
    }
  }

  /**
   * The epoch in the name of a log's stream as far as is known. When the stream is not there, it has been renamed or deleted. Unknown where
   * the connection to Redis is another one since: Redis may have lost bytes.
   */
  remembered(log: LogRef): number | undefined {
    const memory = this.#memories.get(log);
    if (memory?.session !== this.connections.session || this.mayHaveExpired(log)) return undefined;
    return this.#memories.of(log).epoch;
  }

  /** Whether this node knows of bytes of the log that it has not looked for since the connection to Redis is another one. */
  mustVerify(log: LogRef): boolean {
    const memory = this.#memories.get(log);
    return memory?.known !== undefined && memory.session !== this.connections.session;
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
    const livesUntil = this.#memories.get(log)?.livesUntil;
    if (livesUntil === undefined || livesUntil === Number.POSITIVE_INFINITY) return false;
    return livesUntil <= performance.now();
  }

  /** Whether the log is one that expires. How long it has left is asked for when that matters. */
  expires(log: LogRef, does: boolean): void {
    this.#memories.of(log).livesUntil = does ? 0 : Number.POSITIVE_INFINITY;
  }

  /** The stream has a new name. Says nothing new of logs that nobody asked for. */
  renamed(log: LogRef, epoch: number): void {
    const memory = this.#memories.get(log);
    if (memory?.epoch !== undefined && epoch > memory.epoch) memory.epoch = epoch;
  }

  /** There is an entry that ends at `end`: it was acknowledged, or handed out. */
  reached(log: LogRef, end: Offset, stamp: number): void {
    this.#memories.of(log).reached(end, stamp, this.connections.session);
  }

  /** How far the log is known to have come. */
  reachedBy(log: LogRef): Offset {
    const own = this.owner.tailOf(log);
    const remembered = this.#memories.get(log)?.end ?? START;
    return own !== undefined && own > remembered ? own : remembered;
  }

  /** Whether there are bytes up to `offset`, as far as is known. */
  hasUpTo(log: LogRef, offset: Offset): boolean {
    return this.reachedBy(log) >= offset || (this.#memories.get(log)?.tail ?? START) >= offset;
  }

  /** The number of the last loss that this node knows of. */
  lossesOf(log: LogRef): number {
    return this.#memories.get(log)?.losses ?? 0;
  }

  /** Another node recorded a loss. @returns whether that is news here */
  lost(log: LogRef, loss: Loss): boolean {
    const memory = this.#memories.get(log);
    if (memory === undefined) return true;
    if ((memory.losses ?? 0) >= loss.number) return false;
    memory.lost(loss);
    return true;
  }

  forget(log: LogRef): void {
    this.#memories.forget(log);
  }

  #known(log: LogRef): KnownEntry | undefined {
    const own = this.owner.lastOf(log);
    const remembered = this.#memories.get(log)?.known;
    return own !== undefined && own.end >= (remembered?.end ?? START) ? own : remembered;
  }

  /** @param missing the entry that is not there any more */
  async #withLoss(log: LogRef, place: Place, missing: KnownEntry | undefined): Promise<Place> {
    if (missing === undefined) return place;
    const { losses, lastId } = await this.losses.record(log, missing, this.lossesOf(log));
    const found = losses.findLast(({ from, to }) => from < missing.end && to >= missing.end);
    return { ...place, losses, lastId, tail: endOf(lastId), ...(found && { found }) };
  }

  /** Only the facts are left of the log. */
  async #withoutBytes(log: LogRef, known: KnownEntry): Promise<void> {
    const { losses, lastId } = await this.losses.record(log, known, this.lossesOf(log));
    if (lastId === NOTHING) for (const loss of losses.slice(-1)) this.owner.lost(log, loss);
  }

  #learn(log: LogRef, memory: LogMemory, { losses, found, state, tail, lastId }: Place): void {
    const last = losses.at(-1);
    const isNews =
      memory.losses === undefined ? found !== undefined : last !== undefined && last.number > memory.losses;
    memory.losses = Math.max(memory.losses ?? 0, last?.number ?? 0);
    if (isNews && last) memory.lost(last);
    // The entry of a seal may be lost alone, which takes no bytes.
    if (state !== 'closed') memory.reached(tail, timeOf(lastId), this.connections.session);
    if (isNews && last) this.owner.lost(log, last);
  }
}

function toPlace([
  epoch,
  state = '',
  lastId = '',
  outcome = '',
  left = '',
  losses = '',
  claim = '',
  ,
  endsAt = '',
]: readonly string[]): Place {
  return {
    epoch: toNumber(epoch),
    claim,
    state: toState(state),
    lastId,
    tail: endOf(lastId),
    ...(endsAt !== '' && { endsAt: advance(START, toNumber(endsAt)) }),
    ...(outcome !== '' && { outcome: parseSealOutcome(outcome) }),
    ...(left !== '' && { leftMs: toNumber(left) }),
    losses: losses === '' ? [] : parseLosses(losses),
  };
}
