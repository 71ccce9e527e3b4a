import { sizeOf } from '../bytes/size-of';
import { mergePatch } from '../json/json';
import { LogError } from '../log/errors';
import {
  isSameOutcome,
  type LogInfo,
  type LogInit,
  type LogRef,
  type RemoveOutcome,
  type SealOutcome,
} from '../log/log';
import { generateGeneration, type LogId } from '../log/log-id';
import { advance, START } from '../log/offset';
import type { Change } from '../store/change';
import { firstExpiry, hasExpired, touched } from './expiry';
import type { LogFacts } from './facts';

/** What a change makes of a log. Redis applies changes by the same rules in Lua. */
type Transition =
  | { readonly kind: 'none' }
  | { readonly kind: 'update'; readonly after: LogFacts }
  | { readonly kind: 'remove'; readonly outcome: RemoveOutcome };

/** A new log. A writer is attached if `init` has a grace; the bytes of `fork` and `first` are in it. */
export function newLog(
  id: LogId,
  init: LogInit,
  now: number,
  steady: number,
  generation = generateGeneration(now),
): LogFacts {
  const { graceMs, first, fork, ...kept } = init;
  const info: LogInfo = {
    ...kept,
    ...(fork && { forkedFrom: { source: refOf(fork.source), at: fork.at } }),
    ...(kept.expiry && { expiresAt: firstExpiry(kept.expiry, steady) }),
    id,
    generation,
    ...(first?.seal ? { state: 'closed', outcome: first.seal } : { state: 'open' }),
    tail: advance(fork?.at ?? START, sizeOf(first?.chunks ?? [])),
    epoch: 1,
    createdAt: now,
    updatedAt: now,
  };
  return {
    info,
    ...(first?.seal && sealTime(now, steady)),
    ...(graceMs !== undefined && { graceMs }),
  };
}

/** What is kept of the time of a seal beside `updatedAt`. */
export function sealTime(now: number, steady: number): Pick<LogFacts, 'sealedAt'> {
  return steady === now ? {} : { sealedAt: steady };
}

type Annotation = Extract<Change, { kind: 'annotate' }>;

const NONE: Transition = { kind: 'none' };

/**
 * @param now Unix milliseconds of the system's clock, for what is shown
 * @param steady Unix milliseconds of the store's clock, for deadlines
 * @throws LogError `LOG_SEALED`, `LOG_FENCED`, and `LOG_GONE` when the log has expired
 */
export function applyChange(before: LogFacts, change: Change, now: number, steady: number): Transition {
  const { info } = before;
  if (change.kind === 'remove' && change.expiredAt !== undefined) {
    const wall = change.expiredAt + (now - steady);
    return hasExpired(info, change.expiredAt, wall) ? { kind: 'remove', outcome: change.outcome } : NONE;
  }
  if (hasExpired(info, steady, now)) throw new LogError('LOG_GONE');
  switch (change.kind) {
    case 'attach':
      assertOpen(info);
      return attached(before, change.graceMs, now);
    case 'release':
      assertWriter(info, change.epoch);
      return released(before, change.state, now, steady);
    case 'annotate':
      assertWriter(info, change.epoch);
      return annotated(before, change);
    case 'seal':
      if (isSealedBy(info, change.epoch, change.outcome)) return NONE;
      assertWriter(info, change.epoch);
      return sealed(before, change.outcome, now, steady);
    case 'abandon':
      if (before.deadline === undefined || before.deadline > change.now) return NONE;
      return sealed(before, { kind: 'aborted', reason: change.reason }, now, steady);
    case 'touch': {
      const after = touched(info, steady);
      return after === info ? NONE : update({ ...before, info: after });
    }
    case 'remove':
      if (change.sealedBefore !== undefined && !isSealedBefore(before, change.sealedBefore)) return NONE;
      return { kind: 'remove', outcome: change.outcome };
  }
}

/** Copies the two keys of a ref: an argument may have all the facts of a log, which must not be stored in another one. */
function refOf({ id, generation }: LogRef): LogRef {
  return { id, generation };
}

function update(after: LogFacts): Transition {
  return { kind: 'update', after };
}

function annotated(before: LogFacts, { patch, finalLength }: Annotation): Transition {
  const { info } = before;
  const metadata = patch !== undefined && { metadata: mergePatch(info.metadata, patch) };
  return update({
    ...before,
    info: { ...info, ...metadata, ...(finalLength !== undefined && { finalLength }) },
  });
}

function attached({ info, deadline: _, ...kept }: LogFacts, graceMs: number, now: number): Transition {
  return update({
    ...kept,
    info: { ...info, state: 'open', epoch: info.epoch + 1, updatedAt: now },
    graceMs,
  });
}

function released(before: LogFacts, state: 'open' | 'interrupted', now: number, steady: number): Transition {
  const { info, graceMs = 0 } = before;
  return update({ ...before, info: { ...info, state, updatedAt: now }, deadline: steady + graceMs });
}

function sealed(
  { info, deadline: _, ...kept }: LogFacts,
  outcome: SealOutcome,
  now: number,
  steady: number,
): Transition {
  const after: LogInfo = { ...info, state: 'closed', outcome, updatedAt: now };
  return update({ ...kept, info: after, ...sealTime(now, steady) });
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

export function isSealedBefore(facts: LogFacts, before: number): boolean {
  return facts.info.state === 'closed' && sealedAt(facts) < before;
}

/** By the store's clock. */
export function sealedAt({ info, sealedAt: time = info.updatedAt }: LogFacts): number {
  return time;
}
