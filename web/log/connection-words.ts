import { counted } from '../format/counted';
import { formatAge } from '../format/duration';
import type { Connection } from '../lines/log-source';

/**
 * What the page says about its connection: what happened, since when, and what is here in spite of it.
 * @returns undefined if there is nothing to say: all is live, or the end is known
 */
export function connectionWords(connection: Connection, lines: number, now: number): string | undefined {
  const here = lines === 0 ? '' : `. ${counted(lines, 'line')} ${lines === 1 ? 'is' : 'are'} here`;
  switch (connection.kind) {
    case 'live':
    case 'ended':
      return undefined;
    case 'connecting':
      return lines === 0 ? 'Connecting …' : undefined;
    case 'away':
      return `Reconnecting since ${formatAge(Math.max(2000, now - connection.since))}${here}. ${connection.reason}`;
    case 'replaced':
      return `This stream was replaced by another one with the same id${here}`;
    case 'gone':
      return `This stream was deleted${here}`;
    case 'missing':
      return 'There is no stream with this id';
    case 'refused':
      return `${connection.status === 401 ? 'This server needs a token' : connection.reason}${here}`;
    case 'failed':
      return `${connection.reason}${here}`;
  }
}
