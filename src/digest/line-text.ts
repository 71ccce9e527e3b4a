import { incompleteUtf8Length } from '../core/bytes/utf8';

const CR = 0x0d;

/** How many bytes of a line a digest has. A text of its own: a part of a long one would keep all of it in memory. */
export const LINE_BYTES = 1_000;

/** The text of a line, or its beginning. A character that is cut is left out, and so is a CR at the end. @param line without its newline */
export function lineText(line: Buffer): { readonly text: string; readonly isCut: boolean } {
  const isCut = line.length > LINE_BYTES;
  const first = line.subarray(0, LINE_BYTES);
  const end = isCut ? first.length - incompleteUtf8Length(first) : first.length;
  return { text: first.toString('utf8', 0, !isCut && first.at(-1) === CR ? end - 1 : end), isCut };
}
