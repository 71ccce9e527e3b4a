import type { ServerResponse } from 'node:http';
import type { BegunLine } from '../../../core/lines/begun-line';
import type { LogOutcome } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import { closedState } from '../../headers/stream-state';
import { ChunkedBody } from '../../live/chunked-body';
import { stateNow } from '../../live/state-now';
import type { LineFormat, LogSource } from './line-format';
import { LineTimestamps, TIMESTAMP_BYTES } from './line-timestamps';
import { type LinesKey, sharedLines, shareLines } from './shared-lines';

/** The bytes of a log as they are, with its time before each line. The trailer has the state at the end. */
export class TimestampedText implements LineFormat {
  readonly needsTimes = true;
  readonly bytesPerLine = TIMESTAMP_BYTES;
  #timestamps: LineTimestamps;
  readonly #body: ChunkedBody;

  /**
   * @param at the offset of the first byte that is written
   * @param begun the line of that byte, if it begins before
   */
  constructor(
    res: ServerResponse,
    private at: Offset,
    begun?: BegunLine,
  ) {
    this.#timestamps = new LineTimestamps(begun);
    this.#body = new ChunkedBody(res);
    this.#body.begin();
  }

  skipTo(offset: Offset): void {
    this.at = offset;
    this.#timestamps = new LineTimestamps();
  }

  bytes(slice: Buffer, times: readonly TimeMark[]): void {
    const key = this.#keyOf(slice, times);
    const shared = key && sharedLines(key);
    if (shared !== undefined) this.#timestamps.passOver(slice);
    const encoded = shared ?? [this.#timestamps.insert(slice, this.at, times)];
    this.at = advance(this.at, slice.length);
    if (key === undefined) this.#body.write(encoded);
    else {
      if (shared === undefined) shareLines({ ...key, encoded });
      this.#body.writeShared(encoded);
    }
  }

  isShared(slice: Buffer, times: readonly TimeMark[]): boolean {
    const key = this.#keyOf(slice, times);
    return key !== undefined && sharedLines(key) !== undefined;
  }

  /** The beginning of a line was sent at once. */
  partial(): void {}

  /** A tail of bytes has none either. */
  heartbeat(): void {}

  async end(_at: Offset, outcome: LogOutcome | undefined, { store, log }: LogSource): Promise<void> {
    const state = outcome ? closedState(outcome) : await stateNow(store, log);
    this.#body.end(state === undefined ? {} : { 'X-Stream-State': state });
  }

  damaged(): boolean {
    return false;
  }

  lost(): boolean {
    return false;
  }

  /** @returns undefined if the encoding is that of this reader alone */
  #keyOf(bytes: Buffer, times: readonly TimeMark[]): LinesKey | undefined {
    const { isPlain, isLineStart } = this.#timestamps;
    return isPlain ? { bytes, times, isLineStart } : undefined;
  }
}
