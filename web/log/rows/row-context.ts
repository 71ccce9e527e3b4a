import type { LogLine } from '../../lines/log-line';
import type { LogSource } from '../../lines/log-source';
import type { Mark } from './paint-spans';
import type { TimeMode } from './time-format';

/** What a row has to know to show its line. */
export interface RowContext {
  readonly source: LogSource;
  readonly timeMode: TimeMode;
  /** How wide the column of the numbers is. */
  readonly digits: number;
  /** Goes up whenever rows may look different although their lines do not: another selection, other marks. */
  readonly version: number;
  lineAt(row: number): number;
  /** The line, with all that was asked for of a cut one. */
  textOf(line: number): LogLine | undefined;
  /** All of a long line that can be shown was loaded. */
  isWhole(line: number): boolean;
  /** While lines are filtered: those between this row and the one before are left out. */
  isBehindGap(row: number): boolean;
  marksOf(line: LogLine): readonly Mark[];
  /** How the line stands out: as linked to, as what the search or the keyboard is at. */
  emphasisOf(line: number): string;
}
