import { LogError } from '../../core/errors';
import { mergePatch } from '../../core/json';
import {
  isSameOutcome,
  type LogInfo,
  type LogInit,
  type RemoveOutcome,
  type SealOutcome,
} from '../../core/log';
import { generateGeneration, type LogId } from '../../core/log-id';
import { START } from '../../core/offset';
import type { Change } from '../../core/store';
import type { LogFacts } from './facts';

/** What a change makes of a log. */
export type Transition =
  | { readonly kind: 'none' }
  | { readonly kind: 'update'; readonly after: LogFacts }
  | { readonly kind: 'remove'; readonly outcome: RemoveOutcome };

/** A log with its first writer attached. */
export function newLog(id: LogId, init: LogInit, now: number): LogFacts {
  const { graceMs, ...kept } = init;
  const generation = generateGeneration(now);
  return {
    info: { ...kept, id, generation, state: 'open', tail: START, epoch: 1, createdAt: now, updatedAt: now },
    graceMs,
  };
}

const NONE: Transition = { kind: 'none' };

/**
 * @param now Unix milliseconds.
 * @throws LogError `LOG_SEALED`, `LOG_FENCED`
 */
export function applyChange(before: LogFacts, change: Change, now: number): Transition {
  const { info, graceMs } = before;
  switch (change.kind) {
    case 'attach':
      assertOpen(info);
      return update({
        info: { ...info, state: 'open', epoch: info.epoch + 1, updatedAt: now },
        graceMs: change.graceMs,
      });
    case 'release':
      assertWriter(info, change.epoch);
      return update({
        info: { ...info, state: change.state, updatedAt: now },
        graceMs,
        deadline: now + graceMs,
      });
    case 'annotate': {
      assertWriter(info, change.epoch);
      const metadata = mergePatch(info.metadata, change.patch);
      return update({ ...before, info: { ...info, metadata } });
    }
    case 'seal':
      if (isSealedBy(info, change.epoch, change.outcome)) return NONE;
      assertWriter(info, change.epoch);
      return seal(before, change.outcome, now);
    case 'abandon':
      if (before.deadline === undefined || before.deadline > change.now) return NONE;
      return seal(before, { kind: 'aborted', reason: change.reason }, now);
    case 'remove':
      if (change.sealedBefore !== undefined && !isSealedBefore(info, change.sealedBefore)) return NONE;
      return { kind: 'remove', outcome: change.outcome };
  }
}

function update(after: LogFacts): Transition {
  return { kind: 'update', after };
}

function seal({ info, graceMs }: LogFacts, outcome: SealOutcome, now: number): Transition {
  return update({ info: { ...info, state: 'closed', outcome, updatedAt: now }, graceMs });
}

function assertOpen(info: LogInfo): void {
  if (info.state === 'closed') throw new LogError('LOG_SEALED');
}

function assertWriter(info: LogInfo, epoch: number): void {
  assertOpen(info);
  if (info.epoch !== epoch) throw new LogError('LOG_FENCED');
}

function isSealedBy(info: LogInfo, epoch: number, outcome: SealOutcome): boolean {
  return info.epoch === epoch && info.outcome !== undefined && isSameOutcome(info.outcome, outcome);
}

function isSealedBefore(info: LogInfo, before: number): boolean {
  return info.state === 'closed' && info.updatedAt < before;
}
