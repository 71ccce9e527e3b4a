import type { ServerResponse } from 'node:http';
import { LineSplitter, type LineText } from '../../../core/bytes/line-splitter';
import type { LostBytes } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import { encodeEvent, HEARTBEAT, RETRY, type ServerSentEvent } from '../../live/sse';
import type { EventIds } from './event-ids';

const CR = 0x0d;

/** Writes the events of one reader: whole lines, and the beginning of a line whose rest does not come soon. */
export class LineEventWriter {
  #lines: LineSplitter;
  #isFirst = true;
  #partialTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly res: ServerResponse,
    private readonly from: Offset,
    private readonly ids: EventIds,
    private readonly partialAfterMs: number,
  ) {
    this.#lines = new LineSplitter(from);
    // The client waits for the head, and the first event may be far away.
    res.flushHeaders();
  }

  /** The reader must discard what it has. The id of this event takes the place of the one that it came with. */
  reset(data: string): void {
    this.#send({ event: 'reset', id: this.ids.at(this.from), data });
  }

  /** The reader begins only there. Call it before any bytes. */
  skipTo(offset: Offset): void {
    this.#lines = new LineSplitter(offset);
  }

  bytes(slice: Buffer): void {
    for (const text of this.#lines.push(slice)) this.#write(text);
    if (this.#lines.isUnfinished)
      this.#partialTimer ??= setTimeout(() => this.#writePartial(), this.partialAfterMs);
    else this.stop();
  }

  heartbeat(): void {
    this.res.write(HEARTBEAT);
  }

  /** @param state of the stream at this moment */
  end(at: Offset, state: string): void {
    this.#write(this.#lines.flush());
    this.#send({ event: 'end', id: this.ids.atEnd(at), data: state });
  }

  /** Ends before lost bytes. A client that comes back gets an error. */
  damaged({ from, to }: LostBytes): void {
    this.#write(this.#lines.flush());
    this.#send({ event: 'end', id: this.ids.atEnd(from), data: `damaged; lost=${from}-${to}` });
  }

  stop(): void {
    clearTimeout(this.#partialTimer);
    this.#partialTimer = undefined;
  }

  #writePartial(): void {
    this.#partialTimer = undefined;
    this.#write(this.#lines.takePartial());
  }

  #write(text: LineText | undefined): void {
    if (text === undefined) return;
    const { kind, bytes, end } = text;
    this.ids.count(text);
    const event = kind === 'lines' ? { data: withoutLastReturn(bytes) } : { event: 'partial', data: bytes };
    this.#send({ ...event, id: this.ids.at(end) });
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
