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

interface SharedFrame {
  readonly encoding: EventEncoding;
  readonly cursor: string;
  readonly frame: readonly Buffer[];
}

/** The last frame of the chunks that all readers at a tail get, one after the other. */
const SHARED = new WeakMap<readonly Buffer[], SharedFrame>();

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
    this.body.write(this.#frame(bytes, next, isUpToDate));
  }

  /** The same for live bytes: one frame for all readers. @returns false, having shown nothing, if they must be read from the store */
  writeShared(chunks: readonly Buffer[], next: Offset): boolean {
    if (this.needsPrecedingByte(chunks[0])) return false;
    this.#mayFollowReturn = false;
    const cursor = this.#nextCursor();
    let shared = this.#carry === EMPTY_FRAME_STATE ? SHARED.get(chunks) : undefined;
    if (shared?.encoding !== this.#encoding || shared.cursor !== cursor) {
      if (!reserveTurnBytes(sizeOf(chunks))) return false;
      const wasClear = this.#carry === EMPTY_FRAME_STATE;
      const frame = this.#frame(concatChunks(chunks), next, true);
      if (!wasClear || this.#carry !== EMPTY_FRAME_STATE) {
        this.body.write(frame);
        return true;
      }
      shared = { encoding: this.#encoding, cursor, frame };
      SHARED.set(chunks, shared);
    }
    this.#at = next;
    this.#isUpToDate = true;
    this.body.writeShared(shared.frame);
    return true;
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

  #frame(bytes: Buffer, next: Offset, isUpToDate: boolean): EventFrame {
    const { event, carry } = dataEvent(this.#encoding, bytes, this.#carry);
    this.#carry = carry.held.length === 0 && !carry.afterReturn ? EMPTY_FRAME_STATE : carry;
    this.#mayFollowReturn = false;
    this.#at = next;
    this.#isUpToDate = false;
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
    if (Number(current) > Number(this.#cursor)) this.#cursor = current;
    return this.#cursor;
  }
}

function controlEvent(control: Readonly<Record<string, string | boolean>>): Buffer {
  return Buffer.from(`event: control\ndata:${JSON.stringify(control)}\n\n`);
}
