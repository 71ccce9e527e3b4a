import type { RowMap } from '../lines/line-runs';
import type { LogSource } from '../lines/log-source';

/** Lines beyond those in view that are loaded ahead, to each side. */
const AHEAD_LINES = 400;
/** Lines in view that are further apart are not loaded together. */
const SPREAD_LINES = 1_000;
const NEAR_LINES = 100;

/** The rows that are mounted: from, up to but not including. */
interface MountedRange {
  readonly from: number;
  readonly to: number;
}

/** Wants the lines of the mounted rows, and some more. */
export function wantLines(source: LogSource, map: RowMap, { from, to }: MountedRange): void {
  if (map.rows === 0) return;
  const first = map.lineAt(from);
  const last = map.lineAt(Math.max(from, to - 1));
  if (last - first <= SPREAD_LINES) source.want(Math.max(1, first - AHEAD_LINES), last + AHEAD_LINES);
  else wantFirstMissing(source, map, { from, to });
}

/** Closed folds or a filter lie between the rows: one place is loaded after the other. */
function wantFirstMissing(source: LogSource, map: RowMap, { from, to }: MountedRange): void {
  for (let row = from; row < to; row++) {
    const line = map.lineAt(row);
    if (source.line(line) !== undefined) continue;
    source.want(Math.max(1, line - NEAR_LINES), line + NEAR_LINES);
    return;
  }
}
