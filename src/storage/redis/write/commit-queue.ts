import type { Commit, CommitResult, LogRef } from '../../../core/log/log';
import type { CommitLimits } from '../../../core/store/store';
import { type PlainCommitTarget, plainCommitTarget } from './plain-commit';

/** A commit that is not sent yet. */
export interface QueuedCommit {
  readonly commit: Commit;
  readonly bytes: number;
  readonly limits: CommitLimits;
  resolve(committed: CommitResult): void;
  reject(error: unknown): void;
}

const COMMITS_MAX = 512;
const BYTES_MAX = 512 * 1024;

/** The commits to one log that are not sent yet. */
export class CommitQueue {
  readonly target: PlainCommitTarget;
  /** Whether a batch is under way, or will be by the end of this turn of the event loop. */
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

  /** Takes the commits of the next batch: at least one, unless the queue is empty. */
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

/** Whether two commits may share a batch. A seal without bytes goes by itself: Redis may have no memory left for bytes. */
function areAlike(a: QueuedCommit, b: QueuedCommit | undefined): boolean {
  return (
    a.limits.logBytesMax === b?.limits.logBytesMax &&
    a.limits.producersMax === b.limits.producersMax &&
    (a.bytes === 0) === (b.bytes === 0)
  );
}
