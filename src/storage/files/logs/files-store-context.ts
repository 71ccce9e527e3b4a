import type { SteadyClock } from '../../../core/scheduling/steady-clock';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Warn } from '../../../core/store/warnings';
import type { LogFiles } from '../bytes/log-files';
import type { Sync } from '../bytes/sync';
import type { WrittenLengths } from '../bytes/written-lengths';
import type { Room } from '../facts/disk-reserve';
import type { Facts } from '../facts/facts-database';
import type { Journal } from '../journal/journal';
import type { DoomedLogs } from './doomed-log-sweeper';

/** What a files store is made of, and what it must close. */
export interface Parts {
  readonly facts: Facts;
  readonly files: LogFiles;
  readonly journal: Journal;
  readonly doomed: DoomedLogs;
  readonly sync: Sync;
  readonly written: WrittenLengths;
  readonly room: Room;
  /** Measures all that waits for a time. */
  readonly clock: SteadyClock;
  readonly warn: Warn;
  readonly damage: DamageReports;
  close(): Promise<void>;
}
