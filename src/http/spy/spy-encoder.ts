import type { LogRef } from '../../core/log/log';
import type { LostBytes } from '../../core/log/loss';

/** Makes the text that a spy is sent of what happens to streams. */
export interface SpyEncoder {
  start(log: LogRef): string;
  data(log: LogRef, chunks: readonly Buffer[]): string;
  end(log: LogRef): string;
  /** `bytes` are not shown. */
  skipped(log: LogRef, bytes: number): string;
  /** The store lost bytes that were shown. The next bytes take their place. */
  lost(log: LogRef, lost: LostBytes): string;
}
