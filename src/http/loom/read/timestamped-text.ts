import type { ServerResponse } from 'node:http';
import type { BegunLine } from '../../../core/lines/begun-line';
import type { LogOutcome } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import { closedState } from '../../headers/stream-state';
import { stateNow } from '../../live/state-now';
import type { LineFormat, LogSource } from './line-format';
import { LineTimestamps, TIMESTAMP_BYTES } from './line-timestamps';

/** The bytes of a log as they are, with its time before each line. The trailer has the state at the end. */
export class TimestampedText implements LineFormat {
  readonly needsTimes = true;
  readonly bytesPerLine = TIMESTAMP_BYTES;
  #timestamps: LineTimestamps;

  /**
   * @param at the offset of the first byte that is written
   * @param begun the line of that byte, if it begins before
   */
  constructor(
    private readonly res: ServerResponse,
    private at: Offset,
    begun?: BegunLine,
  ) {
    this.#timestamps = new LineTimestamps(begun);
    res.flushHeaders();
  }

  skipTo(offset: Offset): void {
    this.at = offset;
    this.#timestamps = new LineTimestamps();
  }

  bytes(slice: Buffer, times: readonly TimeMark[]): void {
    this.res.write(this.#timestamps.insert(slice, this.at, times));
    this.at = advance(this.at, slice.length);
  }

  /** The beginning of a line was sent at once. */
  partial(): void {}

  /** A tail of bytes has none either. */
  heartbeat(): void {}

  async end(_at: Offset, outcome: LogOutcome | undefined, { store, log }: LogSource): Promise<void> {
    const state = outcome ? closedState(outcome) : await stateNow(store, log);
    if (state !== undefined) this.res.addTrailers({ 'X-Stream-State': state });
  }

  damaged(): boolean {
    return false;
  }

  lost(): boolean {
    return false;
  }
}
