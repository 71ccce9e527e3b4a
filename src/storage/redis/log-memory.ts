import type { LogRef } from '../../core/log';
import type { Loss } from '../../core/loss';
import { type Offset, START } from '../../core/offset';

/** An entry that this node knows to have been stored. Its id is `<end>-<stamp>`, so another one at its place is recognised. */
export interface KnownEntry {
  readonly end: Offset;
  /** Unix milliseconds. */
  readonly stamp: number;
}

const REMEMBERED_MAX = 10_000;

/** What a node remembers of a log. */
export class LogMemory {
  epoch: number | undefined;
  /** Until when it does not expire, by `performance.now`. Unknown of a log that was not asked for. */
  livesUntil: number | undefined;
  /** The end of the log when Redis was asked last. */
  tail: Offset = START;
  /** The number of the last loss; `undefined` where Redis was not asked yet. */
  losses: number | undefined;
  /** The session in which Redis was last seen to have all of `known`. */
  session: number | undefined;
  #end: Offset = START;
  #stamp = 0;

  /** How far the log is known to have come. */
  get end(): Offset {
    return this.#end;
  }

  /** The last entry that was acknowledged or handed out. */
  get known(): KnownEntry | undefined {
    return this.#end > START ? { end: this.#end, stamp: this.#stamp } : undefined;
  }

  reached(end: Offset, stamp: number, session: number): void {
    if (end <= this.#end) return;
    this.#end = end;
    this.#stamp = stamp;
    this.session ??= session;
  }

  lost({ number, from }: Loss): void {
    this.losses = number;
    if (this.#end > from) this.#end = START;
  }
}

/** The logs that were used last. */
export class LogMemories {
  /** The most recent are last, and the first makes room. */
  readonly #byGeneration = new Map<string, LogMemory>();

  get({ generation }: LogRef): LogMemory | undefined {
    return this.#byGeneration.get(generation);
  }

  /** The memory of a log, which is used now. */
  of({ generation }: LogRef): LogMemory {
    const memory = this.#byGeneration.get(generation) ?? new LogMemory();
    this.#byGeneration.delete(generation);
    this.#byGeneration.set(generation, memory);
    if (this.#byGeneration.size > REMEMBERED_MAX) {
      const [oldest] = this.#byGeneration.keys();
      if (oldest !== undefined) this.#byGeneration.delete(oldest);
    }
    return memory;
  }

  forget({ generation }: LogRef): void {
    this.#byGeneration.delete(generation);
  }
}
