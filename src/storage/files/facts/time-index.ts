import { setImmediate as turn } from 'node:timers/promises';
import type { Database, RootDatabase } from 'lmdb';
import { sealedAt } from '../../../core/state/transition';
import type { DueQuery } from '../../../core/store/due-query';
import type { StoredFacts } from './stored-facts';

type TimeKey = [at: number, generation: string];
type Index = Database<true, TimeKey>;
type Entry = readonly [index: Index, moment: TimeKey];

/** When a log is due, by the kind of query. `overdue` has every log that is not sealed. */
type LogTimes = { readonly [kind in DueQuery['kind']]?: number };

/** Stands for the deadline of a log that has a writer. */
const NEVER = Number.MAX_SAFE_INTEGER;
/** Sorts after every generation. */
const LAST = '~';
/** How many keys a search reads before it lets other work run. */
const SLICE = 2_000;

/**
 * Finds logs by the time at which they are due.
 *
 * unsealed  [deadline, generation]
 * sealed    [time of the seal, generation]
 * expiring  [time of the expiry, generation]
 */
export class TimeIndex {
  readonly #unsealed: Index;
  readonly #sealed: Index;
  readonly #expiring: Index;

  constructor(root: RootDatabase<number, string>) {
    this.#unsealed = root.openDB({ name: 'unsealed', encoding: 'json' });
    this.#sealed = root.openDB({ name: 'sealed', encoding: 'json' });
    this.#expiring = root.openDB({ name: 'expiring', encoding: 'json' });
  }

  /** Every generation that is not sealed. */
  unsealed(): readonly string[] {
    return [...this.#unsealed.getKeys()].map(([, generation]) => generation);
  }

  /** Generations, the most overdue first. @param skew how far the system's clock, for expiry at a given time, is ahead of the store's */
  *due(query: DueQuery, skew: number): Generator<string, void> {
    for (const [, generation] of this.#keysOf(query, skew)) yield generation;
  }

  /** Runs inside a batch. Most commits change no key. */
  reindex(before: StoredFacts | undefined, after: StoredFacts | undefined): void {
    const [old, now] = [this.#entriesOf(before), this.#entriesOf(after)];
    for (const entry of old) if (!now.some(isSame(entry))) void entry[0].remove(entry[1]);
    for (const entry of now) if (!old.some(isSame(entry))) void entry[0].put(entry[1], true);
  }

  /** Searches all keys for those of one log, whose record does not say where they are. */
  async find(generation: string): Promise<LogTimes> {
    const [overdue, sealed, expired] = [
      await findIn(this.#unsealed, generation),
      await findIn(this.#sealed, generation),
      await findIn(this.#expiring, generation),
    ];
    return {
      ...(overdue !== undefined && { overdue }),
      ...(sealed !== undefined && { sealed }),
      ...(expired !== undefined && { expired }),
    };
  }

  #entriesOf(facts: StoredFacts | undefined): readonly Entry[] {
    if (facts === undefined) return [];
    const { info, deadline } = facts;
    const { generation, expiresAt } = info;
    const first: Entry =
      info.state === 'closed'
        ? [this.#sealed, [sealedAt(facts), generation]]
        : [this.#unsealed, [deadline ?? NEVER, generation]];
    return expiresAt === undefined ? [first] : [first, [this.#expiring, [expiresAt, generation]]];
  }

  #keysOf(query: DueQuery, skew: number): Iterable<TimeKey> {
    switch (query.kind) {
      case 'overdue':
        return this.#unsealed.getKeys({ end: [query.now, LAST] });
      case 'sealed':
        return this.#sealed.getKeys({ end: [query.before, ''] });
      case 'expired':
        return this.#expiring.getKeys({ end: [query.now + Math.max(0, skew), LAST] });
    }
  }
}

async function findIn(index: Index, generation: string): Promise<number | undefined> {
  for (let start: TimeKey | undefined; ; ) {
    const from = start === undefined ? {} : { start, exclusiveStart: true };
    const keys = [...index.getKeys({ ...from, limit: SLICE })];
    const found = keys.find((key) => key[1] === generation);
    if (found !== undefined || keys.length < SLICE) return found?.[0];
    start = keys.at(-1);
    await turn();
  }
}

function isSame([index, [at, generation]]: Entry): (other: Entry) => boolean {
  return ([otherIndex, other]) => otherIndex === index && other[0] === at && other[1] === generation;
}
