import { concatChunks } from '../../../core/bytes/concat-chunks';
import type { TimeMark } from '../../../core/log/time-mark';

/** Bytes with the time of each of their lines before it. */
export interface TimedBytes {
  readonly bytes: Buffer;
  readonly times: readonly TimeMark[];
  /** Whether a line begins with them. */
  readonly isLineStart: boolean;
  readonly encoded: readonly Buffer[];
}

/** What an encoding depends on. */
export type LinesKey = Omit<TimedBytes, 'encoded'>;

let chunksJoined: readonly Buffer[] = [];
let joined: Buffer | undefined;
let last: TimedBytes | undefined;
let isForgetting = false;

/** As `concatChunks`. All readers of a log are given the same array in one turn, so that its bytes are joined once. */
export function concatShared(chunks: readonly Buffer[]): Buffer {
  if (chunks.length <= 1) return concatChunks(chunks);
  if (chunks !== chunksJoined) joined = undefined;
  joined ??= concatChunks(chunks);
  chunksJoined = chunks;
  forgetAfterTurn();
  return joined;
}

/** The encoding of these bytes, if another reader was sent it in this turn. */
export function sharedLines({ bytes, times, isLineStart }: LinesKey): readonly Buffer[] | undefined {
  if (last?.bytes !== bytes || last.isLineStart !== isLineStart) return undefined;
  return areSame(last.times, times) ? last.encoded : undefined;
}

function areSame(a: readonly TimeMark[], b: readonly TimeMark[]): boolean {
  return (
    a === b || (a.length === b.length && a.every(({ end, at }, i) => b[i]?.end === end && b[i].at === at))
  );
}

/** Keeps an encoding for the other readers until the end of the turn: by then all of them have it. */
export function shareLines(lines: TimedBytes): void {
  last = lines;
  forgetAfterTurn();
}

function forgetAfterTurn(): void {
  if (isForgetting) return;
  isForgetting = true;
  setImmediate(() => {
    isForgetting = false;
    chunksJoined = [];
    joined = undefined;
    last = undefined;
  });
}
