import { strict as assert } from 'node:assert';
import { sizeOf } from '../bytes/size-of';
import { LogError, ProducerError } from '../log/errors';
import {
  type Commit,
  type CommitResult,
  isSameOutcome,
  type ProducerMark,
  type SealOutcome,
} from '../log/log';
import { advance } from '../log/offset';
import type { CommitLimits } from '../store/store';
import { touched } from './expiry';
import { isAttached, type LogFacts, type ProducerState } from './facts';
import { sealTime } from './transition';

interface CommitEvaluation {
  readonly committed: CommitResult;
  /** The log after the commit, its chunks included. Absent for a duplicate, which changes nothing. */
  readonly after?: LogFacts;
}

/**
 * Evaluates a commit. The caller stores the commit's chunks, `after` and the producer's state (`committed.producer`) in one step, or
 * nothing. `evaluate-commits.lua` has the same rules in the same order, for Redis: this state machine exists twice by intention, as a step in
 * Redis must be one script. Change both.
 *
 * @param stored the state of the commit's producer, if there is any
 * @param now Unix milliseconds of the system's clock, for what is shown
 * @param steady Unix milliseconds of the store's clock, for deadlines
 * @throws LogError as `LogStore.commit` does
 */
export function evaluateCommit(
  before: LogFacts,
  stored: ProducerState | undefined,
  commit: Commit,
  limits: CommitLimits,
  now: number,
  steady: number,
): CommitEvaluation {
  const { chunks, producer, seal } = commit;
  assert(sizeOf(chunks) > 0 || seal !== undefined, 'a commit without bytes seals');
  const { outcome } = before.info;
  if (outcome !== undefined) return evaluateSealed(before, stored, commit, outcome);
  if (isAttached(before)) throw new LogError('LOG_BUSY');
  if (producer !== undefined && isKnown(producer, stored)) return duplicate(before, stored);
  const isNew = producer !== undefined && stored === undefined;
  assertFits(before, commit, limits, isNew);
  const after = {
    ...applyCommit(before, commit, now, steady),
    ...(isNew && { producers: producersOf(before) + 1 }),
  };
  return { after, committed: { how: 'stored', ...resultOf(after, producer) } };
}

/** @throws LogError `PRODUCERS_TOO_MANY`, `SEQUENCE_REGRESSED`, `LOG_TOO_LARGE` */
function assertFits(before: LogFacts, commit: Commit, limits: CommitLimits, isNewProducer: boolean): void {
  const { chunks, sequence } = commit;
  if (isNewProducer && producersOf(before) >= limits.producersMax) throw new LogError('PRODUCERS_TOO_MANY');
  if (sequence !== undefined && !isGreater(sequence, before.sequence))
    throw new LogError('SEQUENCE_REGRESSED');
  if (before.info.tail + sizeOf(chunks) > limits.logBytesMax) throw new LogError('LOG_TOO_LARGE');
}

function producersOf({ producers = 0 }: LogFacts): number {
  return producers;
}

/** Whether a producer's request was stored before. @throws ProducerError when it is neither a repetition nor the next one */
function isKnown(mark: ProducerMark, stored: ProducerState | undefined): boolean {
  if (stored === undefined) {
    if (mark.sequence > 0) throw new ProducerError('PRODUCER_GAP', { epoch: mark.epoch, sequence: -1 });
    return false;
  }
  if (mark.epoch < stored.epoch) throw new ProducerError('PRODUCER_STALE', stored);
  if (mark.epoch > stored.epoch) {
    if (mark.sequence > 0) throw new ProducerError('PRODUCER_EPOCH_SKIPPED', stored);
    return false;
  }
  if (mark.sequence > stored.sequence + 1) throw new ProducerError('PRODUCER_GAP', stored);
  return mark.sequence <= stored.sequence;
}

/** A sealed log accepts only a repetition of what sealed it. */
function evaluateSealed(
  before: LogFacts,
  stored: ProducerState | undefined,
  { chunks, producer, seal }: Commit,
  outcome: SealOutcome,
): CommitEvaluation {
  const isRepeated =
    producer === undefined
      ? sizeOf(chunks) === 0 && seal !== undefined && isSameOutcome(seal, outcome)
      : isSameMark(producer, before.sealedBy);
  if (!isRepeated) throw new LogError('LOG_SEALED');
  return duplicate(before, producer && stored);
}

function isSameMark(a: ProducerMark, b: ProducerMark | undefined): boolean {
  return a.id === b?.id && a.epoch === b.epoch && a.sequence === b.sequence;
}

/** Compares bytes: `<` compares UTF-16 units, whose order differs beyond U+FFFF. */
function isGreater(sequence: string, last: string | undefined): boolean {
  return last === undefined || Buffer.compare(Buffer.from(sequence), Buffer.from(last)) > 0;
}

function duplicate(present: LogFacts, stored: ProducerState | undefined): CommitEvaluation {
  return { committed: { how: 'duplicate', ...resultOf(present, stored) } };
}

function resultOf({ info }: LogFacts, producer: ProducerState | undefined): Omit<CommitResult, 'how'> {
  return {
    tail: info.tail,
    isSealed: info.state === 'closed',
    ...(producer && { producer: { epoch: producer.epoch, sequence: producer.sequence } }),
  };
}

function applyCommit(
  before: LogFacts,
  { chunks, producer, sequence, seal }: Commit,
  now: number,
  steady: number,
): LogFacts {
  const { info, deadline, graceMs = 0 } = before;
  return {
    // Leaving a key out costs more than all the rest of a small commit.
    ...(seal === undefined ? before : withoutDeadline(before)),
    info: {
      ...touched(info, steady),
      ...(seal && { state: 'closed', outcome: seal }),
      tail: advance(info.tail, sizeOf(chunks)),
      updatedAt: now,
    },
    // The log is in use: the grace of the producer that it waits for begins anew.
    ...(deadline !== undefined && seal === undefined && { deadline: steady + graceMs }),
    ...(sequence !== undefined && { sequence }),
    ...(seal && sealTime(now, steady)),
    ...(seal && producer && { sealedBy: producer }),
  };
}

function withoutDeadline({ deadline: _, ...kept }: LogFacts): LogFacts {
  return kept;
}
