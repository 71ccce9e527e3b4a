import { createHash } from 'node:crypto';
import type { LogId } from '../../core/log-id';

/** Red to cyan, and their bright forms: neither black nor white, nor a grey between them. */
const COLORS = [31, 32, 33, 34, 35, 36, 91, 92, 93, 94, 95, 96];

/** The escape sequence of a stream's colour, the same for an id every time and on every node. */
export function colorOf(id: LogId): string {
  const [byte = 0] = createHash('sha256').update(id).digest();
  return `\x1b[${COLORS[byte % COLORS.length]}m`;
}
