import type { Alarm, Warn } from '../../core/store/warnings';
import type { Durability } from './disk/durability';

export interface FilesStoreOptions {
  /** Default `interval`. */
  readonly durability?: Durability;
  /** How long `interval` lets written bytes wait for the disk. Milliseconds, default 1,000. */
  readonly syncIntervalMs?: number;
  /** How many log files are kept open at once, default 512. More logs than that can be in use: their operations take turns. */
  readonly openFilesMax?: number;
  /** How many logs make a span of the index of names. Default 2,048. */
  readonly spanLogs?: number;
  /** How many logs the store may hold. Default: any number. */
  readonly logsMax?: number;
  /** Hears of what went wrong where no caller can be told: a sync in the background, damage found at the start. */
  readonly warn: Warn;
  /** The same for what needs an operator: acknowledged bytes that turn out to be lost. Default: it is not reported. */
  readonly alarm?: Alarm;
}
