import { concatChunks } from '../bytes/concat-chunks';
import { TurnQueue } from './turn-queue';

/** The most bytes of one piece of work. A byte takes 10 ns, or up to 30 outside of a character: no piece takes over a millisecond. */
export const SLICE_BYTES = 32 * 1024;

/** The most bytes per turn of work that does not wait. Most live chunks are far smaller. */
const BYTES_PER_TURN = 64 * 1024;

let left = BYTES_PER_TURN;
/** One waiting slice runs per turn. Its bytes do not count, so that live chunks still have room in that turn. */
const turns = new TurnQueue(
  () => {
    left = BYTES_PER_TURN;
  },
  (ran) => ran === 0,
);

/** Reserves `bytes` of work in this turn. @returns false without room: then the work waits with `waitForTurn`, or is done differently */
export function reserveTurnBytes(bytes: number): boolean {
  turns.schedule();
  if (bytes > left) return false;
  left -= bytes;
  return true;
}

/** Resolves in a turn with room for `bytes`; `undefined`: now. One waiting slice runs per turn: sockets are read in between. */
export function waitForTurn(bytes: number): Promise<void> | undefined {
  if (reserveTurnBytes(bytes)) return undefined;
  return new Promise((start) => turns.add(start));
}

/** The bytes of `chunks` in slices of `size` bytes. Small chunks are joined; a chunk that fills a slice alone is not copied. */
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
