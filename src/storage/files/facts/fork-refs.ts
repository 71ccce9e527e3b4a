import type { Database, RootDatabase } from 'lmdb';
import type { LogInfo, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { Semaphore } from '../../../core/scheduling/semaphore';
import { LENIENT_JSON } from './read-value';

/** A removed log whose id stays taken. */
interface Retired {
  readonly generation: string;
  /** Its own source, if it was a fork. */
  readonly source?: LogRef;
}

/** What a transaction changes in the fork references. */
export type ForkRefStep =
  | { readonly kind: 'bind' | 'release'; readonly source: string; readonly fork: string }
  | { readonly kind: 'retire'; readonly id: LogId; readonly retired: Retired }
  | { readonly kind: 'free'; readonly id: LogId };

/** Sorts after every generation. */
const LAST = '~';

/**
 * Which logs are forks of others, and which ids stay taken because of them. The other stores have the same rule in `MemoryForkRefs` and
 * `drop-fork-ref.lua`.
 *
 * forks    [generation of the source, generation of the fork], while the fork lives or is retired
 * retired  id, as bytes -> what is left of the log
 */
export class ForkRefsTable {
  readonly #forks: Database<true, [source: string, fork: string]>;
  /** `null` for a value that cannot be read: its id stays taken. */
  readonly #retired: Database<Retired | null, Buffer>;
  readonly #removals = new Semaphore(1);

  constructor(root: RootDatabase<number, string>) {
    this.#forks = root.openDB({ name: 'forks', encoding: 'json' });
    this.#retired = root.openDB({ name: 'retired', ...LENIENT_JSON, keyEncoding: 'binary' });
  }

  /** How many ids stay taken. */
  get retiredCount(): number {
    return this.#retired.getKeysCount();
  }

  isRetired(id: LogId): boolean {
    return this.#retired.doesExist(Buffer.from(id));
  }

  hasForks(generation: string): boolean {
    return this.#forksOf(generation, 1).length > 0;
  }

  /** Runs a removal. A source and its forks may be removed at the same time: each removal must see the result of the previous one. */
  removeExclusively<T>({ generation, forkedFrom }: LogInfo, task: () => Promise<T>): Promise<T> {
    const isAlone = forkedFrom === undefined && !this.hasForks(generation);
    return isAlone ? task() : this.#removals.run(task);
  }

  stepsOfCreate({ generation, forkedFrom }: LogInfo): readonly ForkRefStep[] {
    return forkedFrom === undefined
      ? []
      : [{ kind: 'bind', source: forkedFrom.source.generation, fork: generation }];
  }

  /** A removed log is retired while it has forks. A `replaced` one is not, because its id has another log. */
  stepsOfRemoval(info: LogInfo, how: 'removed' | 'replaced'): readonly ForkRefStep[] {
    const { id, generation, forkedFrom } = info;
    const retired: Retired = { generation, ...(forkedFrom && { source: forkedFrom.source }) };
    if (how === 'removed' && this.hasForks(generation)) return [{ kind: 'retire', id, retired }];
    return this.#dropRefs(retired);
  }

  /** Runs inside a batch, whose promise covers all its writes. */
  apply(step: ForkRefStep): void {
    switch (step.kind) {
      case 'bind':
        void this.#forks.put([step.source, step.fork], true);
        break;
      case 'release':
        void this.#forks.remove([step.source, step.fork]);
        break;
      case 'retire':
        void this.#retired.put(Buffer.from(step.id), step.retired);
        break;
      case 'free':
        void this.#retired.remove(Buffer.from(step.id));
        break;
    }
  }

  /** The last fork frees a retired source, which then drops the reference to its own source, up the chain. */
  #dropRefs(gone: Retired): readonly ForkRefStep[] {
    const steps: ForkRefStep[] = [];
    let fork: Retired | undefined = gone;
    while (fork?.source !== undefined) {
      const { source, generation }: Retired = fork;
      steps.push({ kind: 'release', source: source.generation, fork: generation });
      fork = this.#retiredWithLast(source, generation);
      if (fork !== undefined) steps.push({ kind: 'free', id: source.id });
    }
    return steps;
  }

  /** The source, if it is retired and this is its only fork. */
  #retiredWithLast({ id, generation }: LogRef, fork: string): Retired | undefined {
    if (this.#forksOf(generation, 2).some((other) => other !== fork)) return undefined;
    const source = this.#retired.get(Buffer.from(id));
    return source && source.generation === generation ? source : undefined;
  }

  #forksOf(generation: string, limit: number): readonly string[] {
    const range = {
      start: [generation, ''] as [string, string],
      end: [generation, LAST] as [string, string],
    };
    return [...this.#forks.getKeys({ ...range, limit })].map(([, fork]) => fork);
  }
}
