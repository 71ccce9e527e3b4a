import { concatChunks } from '../../../core/bytes/concat-chunks';

/** Bytes that were committed at one time, with that time before each of their lines. */
export interface TimedBytes {
  readonly bytes: Buffer;
  readonly at: number;
  /** Whether a line begins with them. */
  readonly isLineStart: boolean;
  readonly encoded: readonly Buffer[];
}

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
export function sharedLines(bytes: Buffer, at: number, isLineStart: boolean): readonly Buffer[] | undefined {
  const isSame = last?.bytes === bytes && last.at === at && last.isLineStart === isLineStart;
  return isSame ? last?.encoded : undefined;
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
