import { sizeOf } from '../../../core/bytes/size-of';
import { isLogErrorCode, LogError, ProducerError } from '../../../core/log/errors';
import type { Commit, CommitResult, SealOutcome } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { CommitLimits } from '../../../core/store/store';
import { toNumber, unexpected } from '../../../redis/resp/reply';
import { cutPieces } from '../schema/entries';
import { formatOutcome } from '../schema/outcome';

/** Commits that `lua/commit.lua` stores together. */
export interface CommitBatch {
  /** The numbers of one node rise. */
  readonly number: number;
  readonly limits: CommitLimits;
  readonly commits: readonly Commit[];
  /** The bytes of all of them, cut into entries. */
  readonly pieces: readonly Buffer[];
  readonly bytes: number;
  /** Whether every commit has bytes and nothing else. */
  readonly isPlain: boolean;
}

/** The result of a batch of commits. */
export interface BatchResult {
  /** The tail before the batch. */
  readonly from: Offset;
  readonly tail: Offset;
  /** The stamp of the entries that were stored. */
  readonly stamp: number;
  readonly results: readonly (CommitResult | LogError)[];
  /** The bytes that were stored, in order. */
  readonly stored: readonly Buffer[];
  /** The outcome, if the batch sealed the log. */
  readonly seal?: SealOutcome;
  /** The event that was written, if any. */
  readonly eventId: string;
}

/** The index of the first piece in the arguments of the script, counted from 1 as Lua does. */
const FIRST_PIECE = 12;

export function newCommitBatch(
  commits: readonly Commit[],
  number: number,
  limits: CommitLimits,
): CommitBatch {
  const [only] = commits;
  const chunks =
    commits.length === 1 && only !== undefined ? only.chunks : commits.flatMap((commit) => commit.chunks);
  const pieces = cutPieces(chunks);
  const isPlainBatch = pieces.length > 0 && commits.every(isPlain);
  const logBytesMax = Math.min(limits.logBytesMax, Number.MAX_SAFE_INTEGER);
  return {
    number,
    limits: { logBytesMax, producersMax: limits.producersMax },
    commits,
    pieces,
    bytes: sizeOf(pieces),
    isPlain: isPlainBatch,
  };
}

function isPlain({ producer, sequence, seal }: Commit): boolean {
  return producer === undefined && sequence === undefined && seal === undefined;
}

/** The arguments of `lua/commit.lua` from the limits on. */
export function commitArgs({
  limits,
  commits,
  pieces,
  bytes,
}: CommitBatch): readonly (string | number | Buffer)[] {
  const named: string[] = [];
  const name = (value: string | undefined): number | '' =>
    value === undefined ? '' : FIRST_PIECE + pieces.length + named.push(value) - 1;
  const plan = commits.map((commit) => {
    const { chunks, producer, sequence, seal } = commit;
    const size = sizeOf(chunks);
    if (isPlain(commit)) return size;
    const { id, epoch = '', sequence: number = '' } = producer ?? {};
    return `${size}/${name(id)}/${epoch}/${number}/${name(sequence)}/${name(seal && formatOutcome(seal))}`;
  });
  const { logBytesMax, producersMax } = limits;
  const total = named.length === 0 ? bytes : '';
  return [logBytesMax, producersMax, total, plan.join(' '), pieces.length, ...pieces, ...named];
}

/** The offset at which a batch begins, and the time in the ids of its entries. */
export interface BatchStart {
  readonly from: Offset;
  readonly stamp: number;
}

/** @param text `<tail before>/<unix ms>` */
export function parseBatchStart(text: string): BatchStart {
  const [from, stamp] = text.split('/');
  return { from: advance(START, toNumber(from)), stamp: toNumber(stamp) };
}

/** The result of a plain batch, which is stored whole. */
export function plainBatchResult({ from, stamp }: BatchStart, { commits, pieces }: CommitBatch): BatchResult {
  let tail = from;
  const results = commits.map(({ chunks }) => {
    tail = advance(tail, sizeOf(chunks));
    return { how: 'stored', tail, isSealed: false } as const;
  });
  return { from, tail, stamp, results, stored: pieces, eventId: '' };
}

/** @param summary `<tail before>/<unix ms of the entries> <1 if it was sealed before> <verdicts>` */
export function parseBatchResult(
  summary: string,
  eventId: string,
  { commits, pieces }: CommitBatch,
): BatchResult {
  const [start, wasSealed, ...verdicts] = summary.split(' ');
  const { from, stamp } = parseBatchStart(start ?? '');
  let tail = from;
  let isSealed = wasSealed === '1';
  let seal: SealOutcome | undefined;
  const areAllStored = verdicts.length === 1 && verdicts[0] === '+';
  const stored: Buffer[] = [];
  const results = commits.map((commit, i) => {
    const verdict = areAllStored ? '+' : (verdicts[i] ?? unexpected(summary));
    if (verdict !== '+') return refusedOrKnown(verdict, { tail, isSealed });
    tail = advance(tail, sizeOf(commit.chunks));
    seal = commit.seal;
    isSealed = seal !== undefined;
    if (!areAllStored) stored.push(...commit.chunks);
    const { producer } = commit;
    const state = producer && { epoch: producer.epoch, sequence: producer.sequence };
    return { how: 'stored', tail, isSealed, ...(state && { producer: state }) } as const;
  });
  return {
    from,
    tail,
    stamp,
    results,
    stored: areAllStored ? pieces : stored,
    ...(seal && { seal }),
    eventId,
  };
}

function refusedOrKnown(
  verdict: string,
  log: Pick<CommitResult, 'tail' | 'isSealed'>,
): CommitResult | LogError {
  const [word = '', epoch, sequence] = verdict.split('/');
  const stored = epoch === undefined ? undefined : { epoch: toNumber(epoch), sequence: toNumber(sequence) };
  if (word === '=') return { how: 'duplicate', ...log, ...(stored && { producer: stored }) };
  if (word === 'PRODUCER_STALE' || word === 'PRODUCER_GAP' || word === 'PRODUCER_EPOCH_SKIPPED')
    return new ProducerError(word, stored ?? unexpected(verdict));
  return isLogErrorCode(word) ? new LogError(word) : unexpected(verdict);
}
