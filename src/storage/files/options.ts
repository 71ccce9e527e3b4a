import type { Config } from '../../config/config';
import type { Alarm, Warn } from '../../core/store/warnings';

export type FilesStoreOptions = Config['files'] & {
  readonly logsMax: number;
  /** Receives what no caller gets as an error: a failed sync in the background, damage found at the start. */
  readonly warn: Warn;
  readonly alarm: Alarm;
  /** How many logs make a span of the index of names. Only tests set it. */
  readonly spanLogs?: number;
};
