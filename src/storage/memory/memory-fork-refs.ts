import type { LogInfo, LogRef } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';

interface Retired {
  readonly generation: string;
  readonly source: LogRef | undefined;
}

/** Which logs are forks of others, and which ids stay taken because of them. `ForkRefsTable` and `drop-fork-ref.lua` have the same rule. */
export class MemoryForkRefs {
  /** The generation of a source -> the generations of its living or retired forks. */
  readonly #forks = new Map<string, Set<string>>();
  readonly #retired = new Map<LogId, Retired>();

  /** How many ids stay taken. */
  get retiredCount(): number {
    return this.#retired.size;
  }

  isRetired(id: LogId): boolean {
    return this.#retired.has(id);
  }

  hasForks({ generation }: LogRef): boolean {
    return this.#forks.has(generation);
  }

  created({ generation, forkedFrom }: LogInfo): void {
    if (forkedFrom === undefined) return;
    const { source } = forkedFrom;
    this.#forks.set(source.generation, (this.#forks.get(source.generation) ?? new Set()).add(generation));
  }

  removed({ id, generation, forkedFrom }: LogInfo): void {
    const retired = { generation, source: forkedFrom?.source };
    if (this.#forks.has(generation)) this.#retired.set(id, retired);
    else this.#dropRefs(retired);
  }

  /** Another generation has the id now: the forks of the old one no longer matter. */
  replaced({ generation, forkedFrom }: LogInfo): void {
    this.#forks.delete(generation);
    this.#dropRefs({ generation, source: forkedFrom?.source });
  }

  /** The last fork frees a retired source, and then that one's own source, up the chain. */
  #dropRefs(gone: Retired): void {
    let fork: Retired | undefined = gone;
    while (fork?.source !== undefined) fork = this.#freed(fork.source, fork.generation);
  }

  /** The source, if it was retired and this was its last fork. */
  #freed({ id, generation }: LogRef, fork: string): Retired | undefined {
    const siblings = this.#forks.get(generation);
    siblings?.delete(fork);
    if (siblings?.size !== 0) return undefined;
    this.#forks.delete(generation);
    const source = this.#retired.get(id);
    if (source?.generation !== generation) return undefined;
    this.#retired.delete(id);
    return source;
  }
}
