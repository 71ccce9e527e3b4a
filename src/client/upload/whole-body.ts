import type { Backlog } from './backlog';

/** Reads the current bytes as one block. */
export async function wholeBody(
  backlog: Backlog,
  from: number,
  bytesMax: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(Math.min(bytesMax, backlog.end - from));
  for (let filled = 0; filled < whole.length; ) {
    const piece = await backlog.read(from + filled, whole.length - filled);
    whole.set(piece, filled);
    filled += piece.length;
  }
  return whole;
}
