import type { LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { LogFileAccess } from '../../../core/store/log-file-access';
import type { LogIndex } from './log-index';

/** Lends the descriptors of logs to threads that read. */
export class LentFiles implements LogFileAccess {
  constructor(private readonly index: LogIndex) {}

  async use<T>(ref: LogRef, action: (fd: number) => Promise<T>): Promise<T | undefined> {
    const { generation } = this.index.log(ref);
    let isOpen = false;
    try {
      return await this.index.context.files.lend(generation, (fd) => {
        isOpen = true;
        return action(fd);
      });
    } catch (error) {
      if (isOpen) throw error;
      return undefined;
    }
  }

  async times(ref: LogRef, from: Offset, until: Offset): Promise<readonly TimeMark[]> {
    return this.index.context.times.read(this.index.log(ref), from, until);
  }
}
