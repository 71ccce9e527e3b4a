import type { ServerResponse } from 'node:http';
import { LineSplitter, type LineText } from '../../../core/bytes/line-splitter';
import type { LogOutcome } from '../../../core/log/log';
import type { LostBytes } from '../../../core/log/loss';
import { advance, type Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import { closedState } from '../../headers/stream-state';
import { encodeEvent, HEARTBEAT, RETRY, type ServerSentEvent } from '../../live/sse';
import { stateNow } from '../../live/state-now';
import type { EventIds } from './event-ids';
import type { LineFormat, LogSource } from './line-format';
import { LineTimestamps, TIMESTAMP_BYTES } from './line-timestamps';

const CR = 0x0d;

/** The times of the lines of a reader that has asked for them. */
interface TimedLines {
  timestamps: LineTimestamps;
  /** Of the bytes that were not written yet. */
  times: readonly TimeMark[];
  written: Offset;
}

/** What the events of one reader are made with. */
export interface LineEventOptions {
  /** The offset of the first byte. */
  readonly from: Offset;
  readonly ids: EventIds;
  /** Puts the time of each line before it. */
  readonly timestamps: LineTimestamps | undefined;
}

/** Writes the events of one reader: whole lines, and the beginning of a line whose rest does not come soon. */
export class LineEventWriter implements LineFormat {
  readonly #ids: EventIds;
  readonly #timed: TimedLines | undefined;
  #lines: LineSplitter;
  #isFirst = true;

  constructor(
    private readonly res: ServerResponse,
    { from, ids, timestamps }: LineEventOptions,
  ) {
    this.#ids = ids;
    this.#timed = timestamps && { timestamps, times: [], written: from };
    this.#lines = new LineSplitter(from);
    // The client waits for the head, and the first event may be far away.
    res.flushHeaders();
  }

  get needsTimes(): boolean {
    return this.#timed !== undefined;
  }

  get bytesPerLine(): number {
    return this.#timed === undefined ? 0 : TIMESTAMP_BYTES;
  }

  /** The reader must discard what it has. The id of this event takes the place of the one that it came with. */
  reset(data: string, from: Offset): void {
    this.#send({ event: 'reset', id: this.#ids.at(from), data });
  }

  /** Sends no text, and the id of the place where the reader begins: if it comes back before any text has come, it goes on there. */
  place(from: Offset): void {
    this.#send({ event: 'partial', id: this.#ids.at(from), data: '' });
  }

  skipTo(offset: Offset): void {
    this.#lines = new LineSplitter(offset);
    if (this.#timed !== undefined) this.#timed.timestamps = new LineTimestamps();
  }

  bytes(slice: Buffer, times: readonly TimeMark[]): void {
    const timed = this.#timed;
    if (timed !== undefined) timed.times = timed.times.concat(times);
    for (const text of this.#lines.push(slice)) this.#write(text);
    // The rest is one line, which has the time of its first byte.
    if (timed !== undefined) timed.times = timed.times.filter(({ end }) => end > timed.written).slice(0, 1);
  }

  partial(): void {
    this.#write(this.#lines.takePartial());
  }

  heartbeat(): void {
    this.res.write(HEARTBEAT);
  }

  end(at: Offset, outcome: LogOutcome | undefined, { store, log }: LogSource): Promise<void> | void {
    if (outcome !== undefined) return this.#end(at, closedState(outcome));
    return stateNow(store, log).then((state = 'open') => this.#end(at, state));
  }

  /** A client that comes back gets an error. */
  damaged({ from, to }: LostBytes): boolean {
    this.#end(from, `damaged; lost=${from}-${to}`);
    return true;
  }

  /** A client that comes back gets a `reset`. */
  lost(): boolean {
    return false;
  }

  #end(at: Offset, state: string): void {
    this.#write(this.#lines.flush());
    this.#send({ event: 'end', id: this.#ids.atEnd(at), data: state });
  }

  #write(text: LineText | undefined): void {
    if (text === undefined) return;
    const { kind, end } = text;
    this.#ids.count(text);
    const bytes = this.#withTimestamps(text);
    const event = kind === 'lines' ? { data: withoutLastReturn(bytes) } : { event: 'partial', data: bytes };
    this.#send({ ...event, id: this.#ids.at(end) });
  }

  #withTimestamps({ kind, bytes, end }: LineText): Buffer {
    const timed = this.#timed;
    if (timed === undefined) return bytes;
    const newline = kind === 'lines' ? 1 : 0;
    const from = advance(end, -(bytes.length + newline));
    const stamped = timed.timestamps.insert(bytes, from, timed.times, kind === 'lines');
    timed.written = end;
    return stamped;
  }

  #send(event: ServerSentEvent): void {
    this.res.write(encodeEvent(event, this.#isFirst ? RETRY : ''));
    this.#isFirst = false;
  }
}

/** The CR of a CRLF belongs to the end of the line: as data it would be read as another, empty line. */
function withoutLastReturn(bytes: Buffer): Buffer {
  return bytes.at(-1) === CR ? bytes.subarray(0, -1) : bytes;
}
