import type { LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import type { TimeMark } from '../log/time-mark';

/** The files of the logs, for a thread that reads many bytes itself. */
export interface LogFileAccess {
  /**
   * Calls `action` with the descriptor of the log's file, in which each byte is at its offset. It is open until `action` has settled, and
   * not to be written to. The file may end before the log where bytes are lost.
   * @returns `undefined` without a call where a `read` has to find out what is wrong
   * @throws LogError `LOG_GONE`; what `action` throws
   */
  use<T>(log: LogRef, action: (fd: number) => Promise<T>): Promise<T | undefined>;

  /** The times of the bytes in `[from, until)`, as `Page.times`. @throws LogError `LOG_GONE` */
  times(log: LogRef, from: Offset, until: Offset): Promise<readonly TimeMark[]>;
}
