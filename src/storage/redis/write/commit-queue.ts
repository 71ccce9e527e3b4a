import type { Commit, CommitResult, LogRef } from '../../../core/log/log';
import type { CommitLimits } from '../../../core/store/store';
import { type PlainCommitTarget, plainCommitTarget } from './plain-commit';

/** A commit that waits for its turn. */
export interface QueuedCommit {
  readonly commit: Commit;
  readonly bytes: number;
  readonly limits: CommitLimits;
  resolve(committed: CommitResult): void;
  reject(error: unknown): void;
}

const COMMITS_MAX = 512;
const BYTES_MAX = 512 * 1024;

/** What waits to be committed to one log. */
export class CommitQueue {
  readonly target: PlainCommitTarget;
  /** One batch is under way, or will be at the end of this turn of the event loop at the latest. */
  isBusy = false;
  #waiting: QueuedCommit[] = [];

  constructor(
    readonly log: LogRef,
    node: string,
  ) {
    this.target = plainCommitTarget(log, node);
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  add(waiting: QueuedCommit): void {
    this.#waiting.push(waiting);
  }

  /** Those that go together next: at least one, unless there is none. */
  takeBatch(): readonly QueuedCommit[] {
    if (this.#waiting.length === 1) return this.takeAll();
    const [first] = this.#waiting;
    let count = 0;
    let bytes = 0;
    for (const waiting of this.#waiting) {
      bytes += waiting.bytes;
      if (count > 0 && (count === COMMITS_MAX || bytes > BYTES_MAX || !areAlike(waiting, first))) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  takeAll(): readonly QueuedCommit[] {
    const all = this.#waiting;
    this.#waiting = [];
    return all;
  }
}

/** A batch has one limit; and what only ends a log goes without bytes, for which Redis may have no memory left. */
function areAlike(a: QueuedCommit, b: QueuedCommit | undefined): boolean {
  return (
    a.limits.logBytesMax === b?.limits.logBytesMax &&
    a.limits.producersMax === b.limits.producersMax &&
    (a.bytes === 0) === (b.bytes === 0)
  );
}
