import { isRemoval } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import type { LifecycleEvent } from '../../core/store/news';

/** What has happened to a log since it was read. */
export interface Changed {
  readonly isCreated: boolean;
  readonly isEnded: boolean;
  /** How it was removed. */
  readonly removal?: string;
}

/** More changes than this are not read one by one. */
const CHANGED_MAX = 10_000;

/** The logs whose facts are to be read, with what has happened to them. News of one log count as one. */
export class ChangedIds {
  readonly #changed = new Map<LogId, Changed>();

  get size(): number {
    return this.#changed.size;
  }

  /** @returns false if there are too many already */
  add(event: LifecycleEvent): boolean {
    const { id } = event.log;
    const before = this.#changed.get(id);
    if (before === undefined && this.#changed.size >= CHANGED_MAX) return false;
    const removal = event.kind === 'ended' && isRemoval(event.outcome) ? event.outcome.kind : before?.removal;
    this.#changed.set(id, {
      isCreated: event.kind === 'created' || before?.isCreated === true,
      isEnded: event.kind === 'ended' || before?.isEnded === true,
      ...(removal !== undefined && { removal }),
    });
    return true;
  }

  /** A log that was live is not any more, though no event has come of it. */
  addEnded(id: LogId): void {
    if (!this.#changed.has(id)) this.#changed.set(id, { isCreated: false, isEnded: true });
  }

  /** Removes the oldest ones. */
  take(count: number): readonly (readonly [LogId, Changed])[] {
    const taken = [...this.#changed.entries()].slice(0, count);
    for (const [id] of taken) this.#changed.delete(id);
    return taken;
  }

  clear(): void {
    this.#changed.clear();
  }
}
