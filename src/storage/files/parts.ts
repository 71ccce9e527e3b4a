import type { SteadyClock } from '../../core/clock';
import type { DamageReports } from '../damage-reports';
import type { Warn } from '../warnings';
import type { DoomedLogs } from './doomed-logs';
import type { Facts } from './facts';
import type { Journal } from './journal';
import type { LogFiles } from './log-files';
import type { Room } from './room';
import type { Sync } from './sync';
import type { WrittenLengths } from './written-lengths';

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
