import { concatChunks } from '../../../core/bytes/concat-chunks';
import { sizeOf } from '../../../core/bytes/size-of';
import type { LogHistory } from '../../../core/log/loss';
import { advance, type Offset, START } from '../../../core/log/offset';
import { reserveTurnBytes } from '../../../core/scheduling/turn-byte-budget';
import type { ChunkedBody } from '../../live/chunked-body';
import { HEARTBEAT } from '../../live/sse';
import { nextCursor } from '../headers/cursor';
import { offsetToken } from '../headers/offset-token';
import {
  dataEvent,
  EMPTY_FRAME_STATE,
  type EventEncoding,
  type EventFrame,
  type EventFrameState,
  lastEvent,
} from './event-frames';

const LF = 0x0a;
const CR = 0x0d;

const HEARTBEAT_CHUNKS: readonly Buffer[] = [Buffer.from(HEARTBEAT)];

/** The event that all readers at a tail are shown of the same chunks, one after the other. */
interface SharedEvent {
  readonly encoding: EventEncoding;
  readonly event: EventFrame;
  /** With the `control` after it, by its cursor: that of a reader who came back may be ahead. */
  readonly frames: Map<string, EventFrame>;
}

const SHARED = new WeakMap<readonly Buffer[], SharedEvent>();

/** Writes one reader's events. After each event with bytes comes a `control` that says where they end. */
export class EventWriter {
  readonly #encoding: EventEncoding;
  #cursor: string;
  #carry: EventFrameState = EMPTY_FRAME_STATE;
  /** Nothing was shown yet, and the byte before may be a carriage return. */
  #mayFollowReturn: boolean;
  /** The offset after the last byte that was shown or is held. */
  #at: Offset;
  /** The last `control` said so. */
  #isUpToDate = false;
  #isClosed = false;

  constructor(
    private readonly body: ChunkedBody,
    private readonly life: Pick<LogHistory, 'losses'>,
    { encoding, cursor, from }: { encoding: EventEncoding; cursor: string | undefined; from: Offset },
  ) {
    this.#encoding = encoding;
    this.#cursor = nextCursor(cursor);
    this.#mayFollowReturn = encoding === 'text' && from > START;
    this.#at = from;
  }

  /** Whether the byte before must be known: an LF after a CR ends no line, and a reader may have got the CR on another connection. */
  needsPrecedingByte(bytes: Buffer | undefined): boolean {
    return this.#mayFollowReturn && bytes?.[0] === LF;
  }

  setPrecedingByte(byte: number | undefined): void {
    this.#mayFollowReturn = false;
    if (byte === CR) this.#carry = { held: [], afterReturn: true };
  }

  /** Shows bytes that end at `next`. */
  writeSlice(bytes: Buffer, next: Offset, isUpToDate: boolean): void {
    this.body.write(this.#withControl(this.#event(bytes, next), isUpToDate));
  }

  /** The same for live bytes: one event for all readers. @returns false, having shown nothing, if they must be read from the store */
  writeShared(chunks: readonly Buffer[], next: Offset): boolean {
    if (this.needsPrecedingByte(chunks[0])) return false;
    const wasClear = this.#carry === EMPTY_FRAME_STATE;
    const known = wasClear ? SHARED.get(chunks) : undefined;
    if (known?.encoding === this.#encoding) {
      this.#writeFrameOf(known, next);
      return true;
    }
    if (!reserveTurnBytes(sizeOf(chunks))) return false;
    const event = this.#event(concatChunks(chunks), next);
    // What one event leaves for the next is of this reader alone.
    if (!wasClear || this.#carry !== EMPTY_FRAME_STATE) this.body.write(this.#withControl(event, true));
    else {
      const shared = { encoding: this.#encoding, event, frames: new Map<string, EventFrame>() };
      SHARED.set(chunks, shared);
      this.#writeFrameOf(shared, next);
    }
    return true;
  }

  #writeFrameOf({ event, frames }: SharedEvent, next: Offset): void {
    this.#mayFollowReturn = false;
    this.#at = next;
    const cursor = this.#nextCursor();
    const frame = frames.get(cursor) ?? this.#withControl(event, true);
    frames.set(cursor, frame);
    this.#isUpToDate = true;
    this.body.writeShared(frame);
  }

  /** Says that the reader has everything, unless the last `control` said so. */
  writeUpToDate(): void {
    if (!this.#isUpToDate) this.body.write([this.#control(true)]);
  }

  /** Shows the last bytes, if there are any, and says that the stream is closed. Does nothing when called again. */
  writeLast(bytes: Buffer, end: Offset): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { event, carry } = dataEvent(this.#encoding, bytes, this.#carry);
    const rest = lastEvent(this.#encoding, carry);
    const streamNextOffset = offsetToken(this.life, end);
    const control = controlEvent({ streamNextOffset, streamClosed: true, upToDate: true });
    this.body.write([...event, ...rest, control]);
  }

  writeHeartbeat(): void {
    this.body.writeShared(HEARTBEAT_CHUNKS);
  }

  end(): void {
    this.body.end({});
  }

  #event(bytes: Buffer, next: Offset): EventFrame {
    const { event, carry } = dataEvent(this.#encoding, bytes, this.#carry);
    this.#carry = carry.held.length === 0 && !carry.afterReturn ? EMPTY_FRAME_STATE : carry;
    this.#mayFollowReturn = false;
    this.#at = next;
    this.#isUpToDate = false;
    return event;
  }

  #withControl(event: EventFrame, isUpToDate: boolean): EventFrame {
    return event.length === 0 ? event : [...event, this.#control(isUpToDate)];
  }

  #control(isUpToDate: boolean): Buffer {
    this.#isUpToDate = isUpToDate;
    return controlEvent({
      // What is held was not shown: a reader that comes back needs it again.
      streamNextOffset: offsetToken(this.life, advance(this.#at, -sizeOf(this.#carry.held))),
      streamCursor: this.#nextCursor(),
      ...(isUpToDate && { upToDate: true }),
    });
  }

  /** Cursors never go back (PROTOCOL.md, 10.1). */
  #nextCursor(): string {
    const current = nextCursor(undefined);
    if (current !== this.#cursor && Number(current) > Number(this.#cursor)) this.#cursor = current;
    return this.#cursor;
  }
}

function controlEvent(control: Readonly<Record<string, string | boolean>>): Buffer {
  return Buffer.from(`event: control\ndata:${JSON.stringify(control)}\n\n`);
}
