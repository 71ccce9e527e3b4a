import { createHash } from 'node:crypto';
import type { Database, RootDatabase } from 'lmdb';
import type { ProducerState } from '../../../core/state/facts';
import { readValue, unreadableValue } from './read-value';

type Key = [generation: string, name: string];
type Value = [epoch: number, sequence: number];

/** Sorts after every digest. */
const LAST = '~';
/** How many states one transaction writes, so that none exceeds the disk reserve. */
const BATCH = 256;

/**
 * The states of the producers of commits.
 *
 * producers  [generation, digest of the name] -> epoch and sequence. A name may be longer than a key of LMDB.
 * doomed     generation: its log was removed, its files and states were not yet. A log may have more states than one transaction
 *            should remove.
 */
export class ProducerStates {
  readonly #states: Database<Value, Key>;
  readonly #doomed: Database<true, string>;

  constructor(root: RootDatabase<number, string>) {
    this.#states = root.openDB({ name: 'producers', encoding: 'json' });
    this.#doomed = root.openDB({ name: 'doomed', encoding: 'json' });
  }

  /** @throws LogError `STORE_DAMAGED` */
  get(generation: string, name: string): ProducerState | undefined {
    const what = 'The state of the producer';
    const state = readValue(what, () => this.#states.get(keyOf(generation, name)));
    if (state === undefined) return undefined;
    const [epoch, sequence] = Array.isArray(state) ? state : [];
    if (epoch === undefined || sequence === undefined) throw unreadableValue(what);
    return { epoch, sequence };
  }

  /** Runs inside a batch, whose promise covers all its writes. */
  put(generation: string, states: ReadonlyMap<string, ProducerState>): void {
    for (const [name, { epoch, sequence }] of states)
      void this.#states.put(keyOf(generation, name), [epoch, sequence]);
  }

  /** Runs inside the batch that removes the log. */
  doom(generation: string): void {
    void this.#doomed.put(generation, true);
  }

  /** Every generation that is not completely removed. */
  doomed(): readonly string[] {
    return [...this.#doomed.getKeys()];
  }

  isDoomed(generation: string): boolean {
    return this.#doomed.doesExist(generation);
  }

  /** Runs inside a batch: removes states of doomed generations, and the mark with the last one. @returns those that have states left */
  removeSome(generations: readonly string[]): readonly string[] {
    let room = BATCH;
    const left: string[] = [];
    for (const generation of generations) {
      const range = { start: [generation, ''] as Key, end: [generation, LAST] as Key, limit: room };
      const keys = room > 0 ? [...this.#states.getKeys(range)] : [];
      for (const key of keys) void this.#states.remove(key);
      // Generations beyond the limit are left for the next batch.
      if (keys.length < room) void this.#doomed.remove(generation);
      else left.push(generation);
      room -= keys.length;
    }
    return left;
  }
}

function keyOf(generation: string, name: string): Key {
  return [generation, createHash('sha256').update(name).digest('base64url')];
}
