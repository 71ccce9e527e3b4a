import { advance, type Offset, START } from './offset';

/**
 * Bytes that were acknowledged and that the store no longer has: `from` to `to`. A log keeps its generation when it loses bytes, and
 * grows again from `from` on, so other bytes take their offsets.
 *
 * Where `from` equals `to` a store only knows that bytes beyond `from` may have been lost, and not how many. For example, a process that
 * was killed had acknowledged bytes that it did not count anywhere but in the file itself.
 */
export interface Loss {
  /** Counts the losses of a log, from 1 on. */
  readonly number: number;
  readonly from: Offset;
  readonly to: Offset;
  /** When it was noticed. Unix milliseconds. */
  readonly at: number;
}

/** What of a log says whether a reader's bytes are still its bytes. */
export interface LogHistory {
  readonly generation: string;
  /** The oldest first. */
  readonly losses?: readonly Loss[];
}

/** What a reader has, compared with what the log holds. */
export type PositionCheck =
  | { readonly kind: 'intact' }
  /** Another life of the id has the place of the one that it read. */
  | { readonly kind: 'replaced' }
  | { readonly kind: 'lost'; readonly lost: LostBytes };

/** Bytes that a reader has, or asks for, and that are gone. `from` is where it goes on. */
export interface LostBytes {
  readonly from: Offset;
  readonly to: Offset;
  /** The store did not count what it lost: the bytes may be gone, or not. */
  readonly possible?: true;
}

/** How many losses a log remembers one by one. */
export const LOSSES_MAX = 16;

/** `<generation>`, and `<generation>.<number of the last loss>` once there was one. This is the only form that clients see. */
export function wireGeneration({ generation, losses }: LogHistory): string {
  const number = lastNumber(losses);
  return number === 0 ? generation : `${generation}.${number}`;
}

/** The number of the last loss behind which `offset` lies, else 0. Equal numbers at an offset mean equal bytes before it. */
export function segmentOf({ losses }: Pick<LogHistory, 'losses'>, offset: Offset): number {
  return losses?.findLast(({ from }) => from < offset)?.number ?? 0;
}

/** @param offset up to which the reader has the log's bytes @param seen the wire generation under which it got them, if known */
export function checkPosition(
  life: LogHistory & { readonly tail: Offset },
  offset: Offset,
  seen?: string,
): PositionCheck {
  if (seen === undefined) return checkedAs(knownLossBefore(life, offset));
  const segment = parseSegment(life, seen);
  // A store that was set back has lost the record of a loss as well, and what it has stored since is unknown.
  if (segment === undefined || segment > lastNumber(life.losses)) return { kind: 'replaced' };
  // An offset beyond the tail under the right generation is a loss that the store has not noticed.
  const beyond = offset > life.tail ? { from: life.tail, to: offset } : undefined;
  return checkedAs(lostSince(life, offset, segment) ?? beyond);
}

function lastNumber(losses: readonly Loss[] | undefined): number {
  return losses?.at(-1)?.number ?? 0;
}

function checkedAs(lost: LostBytes | undefined): PositionCheck {
  return lost === undefined ? { kind: 'intact' } : { kind: 'lost', lost };
}

/** What is gone of the first `offset` bytes that a reader got while `segment` was the number of the last loss. */
export function lostSince(
  { losses = [] }: Pick<LogHistory, 'losses'>,
  offset: Offset,
  segment: number,
): LostBytes | undefined {
  const later = losses.filter(({ number, from }) => number > segment && from < offset);
  if (later.length === 0) return undefined;
  const lost = later.reduce(union, { from: offset, to: offset });
  return later.some(isCounted) ? lost : { ...lost, possible: true };
}

/** What was counted as lost before a bare `offset`. Possible losses do not count: otherwise no bare offset would survive a crash. */
export function knownLossBefore(
  { losses = [] }: Pick<LogHistory, 'losses'>,
  offset: Offset,
): LostBytes | undefined {
  const known = losses.filter((loss) => loss.from < offset && isCounted(loss));
  const [first] = known;
  return first && known.reduce(union, first);
}

/** The segment of `<generation>` or `<generation>.<number>`; `undefined` for another generation. */
export function parseSegment({ generation }: LogHistory, seen: string): number | undefined {
  if (seen === generation) return 0;
  if (!seen.startsWith(`${generation}.`)) return undefined;
  const digits = seen.slice(generation.length + 1);
  return /^[1-9]\d{0,14}$/.test(digits) ? Number(digits) : undefined;
}

/** The losses of a log after one more. Where there are too many, two become one; what is counted and what is not are kept apart. */
export function withLoss(
  losses: readonly Loss[] | undefined,
  { from, to, at }: Omit<Loss, 'number'>,
): readonly Loss[] {
  const number = lastNumber(losses) + 1;
  // What is beyond `from` is gone by this loss as well: an earlier possibility says nothing more.
  const kept = (losses ?? []).filter((loss) => isCounted(loss) || loss.from < from);
  const all = [...kept, { number, from, to, at }];
  if (all.length <= LOSSES_MAX) return all;
  const possible = all.filter((loss) => !isCounted(loss));
  return merged(all, possible.length > 1 ? possible : all.filter(isCounted));
}

/** The losses of a fork at `at`, so that an offset up to there means the same in both. The fork has lost nothing itself. */
export function inheritedLosses({ losses = [] }: Pick<LogHistory, 'losses'>, at: Offset): readonly Loss[] {
  return losses.filter(({ from }) => from < at).map((loss) => ({ ...loss, to: loss.from }));
}

/**
 * Whether the source of a fork has lost bytes, since the fork was made, that the fork still has. Each log counts its losses for itself, so
 * that their numbers say nothing of this: the same loss is one that the fork has inherited.
 *
 * @param at how many of the fork's bytes are copies of the source's
 */
export function hasLostForkedBytes(
  source: Pick<LogHistory, 'losses'>,
  fork: Pick<LogHistory, 'losses'>,
  at: Offset,
): boolean {
  const ofSource = source.losses ?? [];
  const ofFork = fork.losses ?? [];
  const own = ofFork.filter((loss) => isCounted(loss) || !ofSource.some((one) => isSameLoss(one, loss)));
  const kept = Math.min(at, ...own.map(({ from }) => from));
  return ofSource.some((loss) => loss.from < kept && !ofFork.some((one) => isSameLoss(one, loss)));
}

/** All but `to`, which a fork does not inherit. */
function isSameLoss(a: Loss, b: Loss): boolean {
  return a.number === b.number && a.from === b.from && a.at === b.at;
}

/** For a sentence about a stream, for example `has lost the bytes 5 to 10`. */
export function describeLoss({ from, to, possible }: LostBytes): string {
  return possible
    ? `may have lost some of the bytes ${from} to ${to}`
    : `has lost the bytes ${from} to ${to}`;
}

/** Whether the store knows how many bytes were lost. */
export function isCounted({ from, to }: LostBytes): boolean {
  return from < to;
}

/** `losses` with one in the place of the two oldest of `alike`. It has the larger number, so that no reader passes for intact by it. */
function merged(losses: readonly Loss[], [older, newer]: readonly Loss[]): readonly Loss[] {
  if (older === undefined || newer === undefined) return losses;
  const both = union(older, newer);
  const one = isCounted(newer) ? both : { from: both.from, to: both.from };
  return losses.filter((loss) => loss !== older).map((loss) => (loss === newer ? { ...loss, ...one } : loss));
}

function union(a: LostBytes, b: LostBytes): LostBytes {
  return { from: advance(START, Math.min(a.from, b.from)), to: advance(START, Math.max(a.to, b.to)) };
}
