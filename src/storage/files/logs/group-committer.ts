import { sizeOf } from '../../../core/bytes/size-of';
import type { Commit, CommitResult, LogRef } from '../../../core/log/log';
import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import { evaluateCommit } from '../../../core/state/evaluate-commit';
import type { ProducerState } from '../../../core/state/facts';
import type { CommitLimits } from '../../../core/store/store';
import type { StoredFacts } from '../facts/stored-facts';
import { factsEntry, needsJournalEntry } from '../journal/journal-entry';
import { type CachedLog, currentInfo } from './log-cache';
import type { LogIndex } from './log-index';
import { writeAtTail } from './lost-tail';

interface Pending {
  readonly commit: Commit;
  readonly limits: CommitLimits;
  readonly resolve: (committed: CommitResult) => void;
  readonly reject: (reason: unknown) => void;
}

/** What a batch stores, and its answers for after that. */
interface Batch {
  after: StoredFacts;
  readonly chunks: Buffer[];
  readonly producers: Map<string, ProducerState>;
  readonly answers: (() => void)[];
  isChanged: boolean;
}

type StateOf = (producer: string) => ProducerState | undefined;

interface EvaluationContext {
  readonly stateOf: StateOf;
  readonly clock: SteadyClock;
}

/** The most commits, and about the most bytes, of one write, so that none waits forever. */
const BATCH_COMMITS = 256;
const BATCH_BYTES = 8 << 20;

/** Commits of several writers, in batches: a write to the file, then a transaction. After a crash in between, a start cuts the bytes. */
export class GroupCommitter {
  /** By log: commits whose batch has not begun. */
  readonly #pending = new Map<string, Pending[]>();

  constructor(private readonly index: LogIndex) {}

  commit(ref: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      const pending = { commit, limits, resolve, reject };
      const key = keyOf(ref);
      const waiting = this.#pending.get(key);
      if (waiting !== undefined) waiting.push(pending);
      else {
        this.#pending.set(key, [pending]);
        this.#scheduleBatch(ref, key);
      }
    });
  }

  #scheduleBatch(ref: LogRef, key: string): void {
    void this.index.mutex.run(ref.id, async () => {
      const waiting = this.#pending.get(key) ?? [];
      const batch = waiting.splice(0, batchLength(waiting));
      if (waiting.length > 0) this.#scheduleBatch(ref, key);
      else this.#pending.delete(key);
      await this.#commitBatch(ref, batch);
    });
  }

  /** Answers every commit, and never throws. */
  async #commitBatch(ref: LogRef, pending: readonly Pending[]): Promise<void> {
    try {
      const log = this.index.log(ref);
      const { facts, clock } = this.index.context;
      const stateOf: StateOf = (name) => facts.producers.get(log.generation, name);
      const batch = evaluateAll(log, pending, { stateOf, clock });
      if (batch.isChanged) await this.#store(log, batch);
      for (const answer of batch.answers) answer();
    } catch (error) {
      // A commit was evaluated as if those before it were stored: all of them fail.
      for (const { reject } of pending) reject(error);
    }
  }

  async #store(log: CachedLog, { after, chunks, producers }: Batch): Promise<void> {
    const { events, cache } = this.index;
    const from = log.tail;
    const hasBytes = sizeOf(chunks) > 0;
    // A log can be sealed on a full disk.
    const kind = hasBytes ? 'new' : 'change';
    // Before the first byte: after a crash from here on, the tail is not where the file ends.
    if (!log.facts.isExact) {
      await this.index.update(kind, log, { ...log.facts, info: currentInfo(log), isExact: true });
    }
    const { times } = this.index.context;
    if (!hasBytes) await times.settle(log, after.info);
    const marks = hasBytes ? (log.marks ?? (await times.of(log))) : undefined;
    if (hasBytes) await writeAtTail(this.index, log, chunks);
    const before = log.facts;
    try {
      await this.index.write(kind, [{ before, after, producers }]);
    } catch (error) {
      log.isTorn ||= hasBytes;
      throw error;
    }
    cache.markStored(log, after);
    const at = marks?.note(log.tail, log.updatedAt);
    if (after.info.state === 'closed') times.finish(log);
    events.committed(after.info, from, chunks, at);
    if (needsJournalEntry(before, after)) await this.index.context.journal.append(factsEntry(after));
  }
}

/** Both, so that a ref with a wrong id fails alone. */
function keyOf({ id, generation }: LogRef): string {
  return `${generation} ${id}`;
}

function batchLength(waiting: readonly Pending[]): number {
  let bytes = 0;
  let length = 0;
  for (const { commit } of waiting) {
    bytes += sizeOf(commit.chunks);
    if (length > 0 && (bytes > BATCH_BYTES || length === BATCH_COMMITS)) break;
    length += 1;
  }
  return length;
}

/** Evaluates each commit against the log as those before it leave it. */
function evaluateAll(log: CachedLog, pending: readonly Pending[], context: EvaluationContext): Batch {
  const batch: Batch = {
    after: { ...log.facts, info: currentInfo(log) },
    chunks: [],
    producers: new Map(),
    answers: [],
    isChanged: false,
  };
  for (const each of pending) evaluateOne(batch, each, context);
  return batch;
}

function evaluateOne(
  batch: Batch,
  { commit, limits, resolve, reject }: Pending,
  { stateOf, clock }: EvaluationContext,
): void {
  const { chunks, producer } = commit;
  try {
    const stored = producer && (batch.producers.get(producer.id) ?? stateOf(producer.id));
    const now = clock.now();
    const { after, committed } = evaluateCommit(batch.after, stored, commit, limits, clock.wallAt(now), now);
    batch.answers.push(() => resolve(committed));
    if (after === undefined) return;
    batch.after = { ...after, isExact: true };
    batch.isChanged = true;
    for (const chunk of chunks) batch.chunks.push(chunk);
    if (producer !== undefined) batch.producers.set(producer.id, producer);
  } catch (error) {
    batch.answers.push(() => reject(error));
  }
}
