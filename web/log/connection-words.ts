import { formatAge } from '../format/age';
import type { LogSource } from '../lines/log-source';

/**
 * What the page says about its connection: what happened, since when, and what is missing or stays in spite of it.
 * @returns undefined if there is nothing to say: all is live, or the end is known
 */
export function connectionWords(
  { connection, lines, facts }: Pick<LogSource, 'connection' | 'lines' | 'facts'>,
  now: number,
): string | undefined {
  const stays = lines === 0 ? '' : '. What was loaded stays here';
  const missing = lines === 0 ? '' : `. ${missingWords(lines, facts?.state === 'closed')}`;
  switch (connection.kind) {
    case 'live':
    case 'ended':
      return undefined;
    case 'connecting':
      return lines === 0 ? 'Connecting …' : undefined;
    case 'away':
      return `Reconnecting since ${formatAge(Math.max(2000, now - connection.since))}${missing}. ${connection.reason}`;
    case 'replaced':
      return `This stream was replaced by another one with the same id${stays}`;
    case 'gone':
      return `This stream was deleted${stays}`;
    case 'missing':
      return 'There is no stream with this id';
    case 'refused':
      return `${connection.status === 401 ? 'This server needs a token' : connection.reason}${missing}`;
    case 'failed':
      return `${connection.reason}${missing}`;
  }
}

/** A page loads what is looked at: of a closed log it never has all, and of an open one what comes is missing, too. */
function missingWords(lines: number, isClosed: boolean): string {
  return isClosed
    ? 'Lines that were not loaded yet are missing'
    : `Lines after ${lines.toLocaleString('en')} are missing`;
}
