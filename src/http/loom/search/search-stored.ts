import type { LogInfo } from '../../../core/log/log';
import { type Offset, START } from '../../../core/log/offset';
import type { FoundLine } from '../../../core/search/found-line';
import type { LineMatcher } from '../../../core/search/line-matcher';
import { LogSearch } from '../../../core/search/log-search';
import { searchLog } from '../../../core/search/search-log';
import type { WireContext } from '../../front/wire';

interface SearchStart {
  readonly matcher: LineMatcher;
  /** The first line that may match. */
  readonly line: number;
  readonly context: number;
  /** As `LogSearchOptions.countsOnly`. */
  readonly countsOnly: boolean;
}

/** A search of one log from a line on, and where it begins to read. */
export interface PreparedSearch {
  readonly search: LogSearch;
  readonly from: Offset;
}

/**
 * Prepares a search that begins with the lines around the first one.
 */
export async function prepareSearch(
  { lines, config }: WireContext,
  info: LogInfo,
  { matcher, line, context, countsOnly }: SearchStart,
  signal: AbortSignal,
): Promise<PreparedSearch> {
  const wanted = Math.max(1, line - context);
  const begin = await lines.beginOfLine(info, wanted, signal);
  const { lineBytes: lineBytesMax } = config.search;
  if (countsOnly) {
    const from = begin ?? info.tail;
    return { search: new LogSearch({ matcher, from, line, lineBytesMax, countsOnly }), from };
  }
  // A log without that line yet is read from its last one on: its lines have to be counted.
  const first = begin === undefined ? await lines.lineAt(info, info.tail, signal) : wanted;
  const from = begin ?? (await lines.beginOfLine(info, first, signal)) ?? START;
  const options = { matcher, from, line: first, firstLine: line, context };
  return { search: new LogSearch({ ...options, lineBytesMax }), from };
}

/** Searches what the log has at this moment. @throws LogError; as `LineMatcher.hits` */
export function searchStored(
  { store, searches }: WireContext,
  info: LogInfo,
  { search, from }: PreparedSearch,
  signal: AbortSignal,
): AsyncGenerator<readonly FoundLine[], void> {
  return searchLog({ store, info, limitRead: searches.limitRead }, search, from, signal);
}
