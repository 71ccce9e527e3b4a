import { concatChunks } from '../bytes/concat-chunks';
import { TurnQueue } from './turn-queue';

/**
 * How many bytes are worked on in one piece. To encode or check a byte takes up to 10 ns, and up to 30 where it is no character: so no
 * piece takes longer than a millisecond.
 */
export const SLICE_BYTES = 32 * 1024;

/** How much is worked on at once, without waiting for a turn: what comes live is mostly smaller. */
const BYTES_PER_TURN = 64 * 1024;

let left = BYTES_PER_TURN;
/** One slice that waits per turn. Its bytes are not taken from the turn, so that what comes live has room beside it. */
const turns = new TurnQueue(
  () => {
    left = BYTES_PER_TURN;
  },
  (ran) => ran === 0,
);

/**
 * Takes `bytes` of work out of what this turn of the event loop has time for. Small work is done at once, as it comes.
 * @returns false when there is no time: the work must wait for `turnFor`, or be done in another way
 */
export function reserveTurnBytes(bytes: number): boolean {
  turns.schedule();
  if (bytes > left) return false;
  left -= bytes;
  return true;
}

/**
 * A turn of the event loop with time for a slice of `bytes`. Slices that wait get a turn each, one after the other, so that sockets
 * are read between two of them, however many responses have large work to do.
 * @returns `undefined` when the work can be done at once
 */
export function waitForTurn(bytes: number): Promise<void> | undefined {
  if (reserveTurnBytes(bytes)) return undefined;
  return new Promise((start) => turns.add(start));
}

/** The bytes of `chunks` in slices of `size` bytes. What fits into one slice comes together; a single chunk is not copied. */
export function* sliceChunks(chunks: readonly Buffer[], size = SLICE_BYTES): Generator<Buffer, void> {
  let parts: Buffer[] = [];
  let room = size;
  for (const chunk of chunks) {
    for (let at = 0; at < chunk.length; ) {
      const isWhole = at === 0 && chunk.length <= room;
      const part = isWhole ? chunk : chunk.subarray(at, at + room);
      parts.push(part);
      at += part.length;
      room -= part.length;
      if (room > 0) continue;
      yield concatChunks(parts);
      parts = [];
      room = size;
    }
  }
  if (parts.length > 0) yield concatChunks(parts);
}
