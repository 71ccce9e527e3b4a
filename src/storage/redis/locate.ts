import { DamageError } from '../../core/damage';
import { LogError } from '../../core/errors';
import type { LogRef, LogState, SealOutcome } from '../../core/log';
import { advance, type Offset, START } from '../../core/offset';
import type { Connections } from './connect';
import { endOf } from './entries';
import { toState } from './facts';
import { logKeys } from './keys';
import { parseSealOutcome } from './outcome';
import { toNumber, toTexts } from './reply';
import { runScript } from './scripts';

/** Where a generation stands. */
export interface Place {
  /** The epoch in the name of its stream. */
  readonly epoch: number;
  readonly state: LogState;
  readonly tail: Offset;
  readonly lastId: string;
  readonly outcome?: SealOutcome;
  /** How long until it expires, unless it is touched before. Milliseconds. */
  readonly leftMs?: number;
  /** Redis held more than that before, as when it failed over to a replica that lagged behind. */
  readonly loss?: Loss;
}

export interface Loss {
  /** How far the log had come. */
  readonly to: Offset;
  /** Whether it was found just now. */
  readonly isNews: boolean;
}

/** What is remembered of a log. */
interface Memory {
  epoch: number | undefined;
  /** Until when it does not expire, by `performance.now`. Unknown of a log that was not asked for. */
  livesUntil: number | undefined;
  /** How far it is known to have come. */
  reached: Offset;
  /** How far Redis said that it has come, when asked last. */
  tail: Offset;
  /** How far it had come before Redis lost some of it. */
  lostUpTo: Offset;
}

export interface LocatorOwner {
  /** How far a writer of this node has come. */
  tailOf(log: LogRef): Offset | undefined;
  /** Redis holds less of the log than it did. */
  shrunk(log: LogRef, tail: Offset): void;
}

const REMEMBERED_MAX = 10_000;

/** Asks where logs stand, and remembers the epoch of those asked for last: with it a read takes one command. */
export class Locator {
  readonly #memories = new Map<string, Memory>();

  constructor(
    private readonly connections: Connections,
    private readonly owner: LocatorOwner,
  ) {}

  /** @throws LogError `LOG_GONE`, `STORE_DAMAGED`; whatever the client throws */
  async locate(log: LogRef): Promise<Place> {
    // What becomes known while the answer is on its way is newer than the answer.
    const before = this.#memories.get(log.generation)?.epoch;
    const reached = this.reachedBy(log);
    const asked = performance.now();
    try {
      const reply = await runScript(this.connections.commands, 'locate', logKeys(log.id), [
        log.id,
        log.generation,
      ]);
      const place = toPlace(reply);
      const memory = this.#memory(log);
      if (memory.epoch === before || place.epoch > (memory.epoch ?? 0)) memory.epoch = place.epoch;
      memory.tail = place.tail;
      // Redis counted in whole milliseconds of its clock: it may be almost one less.
      memory.livesUntil = asked + (place.leftMs ?? Number.POSITIVE_INFINITY) - 1;
      return this.#withLoss(log, memory, place, reached);
    } catch (error) {
      if (error instanceof LogError) this.forget(log);
      throw error;
    }
  }

  /** The epoch in the name of a log's stream as far as is known. When the stream is not there, it has been renamed or deleted. */
  remembered(log: LogRef): number | undefined {
    if (!this.#memories.has(log.generation) || this.mayHaveExpired(log)) return undefined;
    return this.#memory(log).epoch;
  }

  /** Whether the log may be past its time, as far as is known: whoever asks where it stands finds out. */
  mayHaveExpired({ generation }: LogRef): boolean {
    const livesUntil = this.#memories.get(generation)?.livesUntil;
    if (livesUntil === undefined || livesUntil === Number.POSITIVE_INFINITY) return false;
    return livesUntil <= performance.now();
  }

  /** Whether the log is one that expires. How long it has left is asked for when that matters. */
  expires(log: LogRef, does: boolean): void {
    this.#memory(log).livesUntil = does ? 0 : Number.POSITIVE_INFINITY;
  }

  /** The stream has a new name. Says nothing new of logs that nobody asked for. */
  renamed(log: LogRef, epoch: number): void {
    const memory = this.#memories.get(log.generation);
    if (memory?.epoch !== undefined && epoch > memory.epoch) memory.epoch = epoch;
  }

  /** The bytes up to `offset` were acknowledged, or handed out. */
  reached(log: LogRef, offset: Offset): void {
    const memory = this.#memory(log);
    if (offset > memory.reached) memory.reached = offset;
  }

  /** How far the log is known to have come. */
  reachedBy(log: LogRef): Offset {
    const reached = this.#memories.get(log.generation)?.reached ?? START;
    const acknowledged = this.owner.tailOf(log) ?? START;
    return advance(START, Math.max(acknowledged, reached));
  }

  /** Whether there are bytes up to `offset`, as far as is known. */
  hasUpTo(log: LogRef, offset: Offset): boolean {
    return this.reachedBy(log) >= offset || (this.#memories.get(log.generation)?.tail ?? START) >= offset;
  }

  forget(log: LogRef): void {
    this.#memories.delete(log.generation);
  }

  #withLoss(log: LogRef, memory: Memory, place: Place, reached: Offset): Place {
    const isNews = place.tail < reached;
    if (isNews) {
      memory.reached = place.tail;
      memory.lostUpTo = reached;
      this.owner.shrunk(log, place.tail);
    }
    return place.tail < memory.lostUpTo ? { ...place, loss: { to: memory.lostUpTo, isNews } } : place;
  }

  /** The most recent are last in the map, and the first makes room. */
  #memory(log: LogRef): Memory {
    const known = this.#memories.get(log.generation);
    const memory = known ?? {
      epoch: undefined,
      livesUntil: undefined,
      reached: START,
      tail: START,
      lostUpTo: START,
    };
    this.#memories.delete(log.generation);
    this.#memories.set(log.generation, memory);
    if (this.#memories.size > REMEMBERED_MAX) {
      const [oldest] = this.#memories.keys();
      if (oldest !== undefined) this.#memories.delete(oldest);
    }
    return memory;
  }
}

/** Thrown where a caller was told of bytes that are no more. */
export function damaged(log: LogRef, tail: Offset, { to }: Loss): DamageError {
  return new DamageError(log, { from: tail, to });
}

function toPlace(reply: unknown): Place {
  const [epoch, state = '', lastId = '', outcome = '', left = ''] = toTexts(reply);
  return {
    epoch: toNumber(epoch),
    state: toState(state),
    lastId,
    tail: endOf(lastId),
    ...(outcome !== '' && { outcome: parseSealOutcome(outcome) }),
    ...(left !== '' && { leftMs: toNumber(left) }),
  };
}
