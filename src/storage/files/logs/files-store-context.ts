import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Warn } from '../../../core/store/warnings';
import type { LogFiles } from '../bytes/log-files';
import type { Sync } from '../bytes/sync';
import type { WrittenLengths } from '../bytes/written-lengths';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import type { Journal } from '../journal/journal';
import type { LogTimes } from '../times/log-times';
import type { DoomedLogSweeper } from './doomed-log-sweeper';

export interface FilesStoreContext {
  readonly facts: FactsDatabase;
  readonly files: LogFiles;
  readonly journal: Journal;
  readonly doomed: DoomedLogSweeper;
  readonly sync: Sync;
  readonly times: LogTimes;
  readonly layout: Layout;
  readonly written: WrittenLengths;
  readonly reserve: FactsReserve;
  /** For deadlines and expiries. */
  readonly clock: SteadyClock;
  readonly warn: Warn;
  readonly damage: DamageReports;
  close(): Promise<void>;
}
