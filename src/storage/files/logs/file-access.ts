import type { LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { LogFileAccess } from '../../../core/store/store';
import { isUnreadable } from '../disk/failures';
import type { LogIndex } from './log-index';

/** Lends the descriptors of logs to threads that read. */
export class LentFiles implements LogFileAccess {
  constructor(private readonly index: LogIndex) {}

  async use<T>(ref: LogRef, action: (fd: number) => Promise<T>): Promise<T | undefined> {
    const { generation } = this.index.log(ref);
    try {
      return await this.index.context.files.lend(generation, action);
    } catch (error) {
      if (isUnreadable(error)) return undefined;
      throw error;
    }
  }

  async times(ref: LogRef, from: Offset, until: Offset): Promise<readonly TimeMark[]> {
    return this.index.context.times.read(this.index.log(ref), from, until);
  }
}
