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

/** By the chunks that the readers at a tail are all told of, one after the other: what was made of them last. */
const SHARED = new WeakMap<readonly Buffer[], SharedFrame>();

/** Writes one reader's events: after each that shows bytes comes a `control` that says where they end. */
export class EventWriter {
  readonly #encoding: EventEncoding;
  #cursor: string;
  #carry: EventFrameState = EMPTY_FRAME_STATE;
  /** Nothing was shown yet, and it is unknown whether the reader's last byte is a carriage return. */
  #isUnsettled: boolean;
  /** Up to where bytes came, shown or held. */
  #at: Offset;
  /** The reader was told that there is no more. */
  #isToldUpToDate = false;
  #isClosed = false;

  constructor(
    private readonly body: ChunkedBody,
    private readonly life: Pick<LogHistory, 'losses'>,
    { encoding, cursor, from }: { encoding: EventEncoding; cursor: string | undefined; from: Offset },
  ) {
    this.#encoding = encoding;
    this.#cursor = nextCursor(cursor);
    this.#isUnsettled = encoding === 'text' && from > START;
    this.#at = from;
  }

  /**
   * Whether `bytes`, the next ones, can only be shown once the byte before them is known. A line feed after a carriage return ends no
   * line, and a reader that comes back may have got the one of them on its last connection.
   */
  needsPrecedingByte(bytes: Buffer | undefined): boolean {
    return this.#isUnsettled && bytes?.[0] === LF;
  }

  setPrecedingByte(byte: number | undefined): void {
    this.#isUnsettled = false;
    if (byte === CR) this.#carry = { held: [], afterReturn: true };
  }

  /** Shows bytes that end at `next`. */
  writeSlice(bytes: Buffer, next: Offset, isUpToDate: boolean): void {
    this.body.write(this.#frame(bytes, next, isUpToDate));
  }

  /**
   * The same for bytes that all readers at the tail are told of: the frame is made once for all of them.
   * @returns false, and shows nothing, when making it would take too much of this turn, or needs the byte before: they must be read from
   *   the store
   */
  writeShared(chunks: readonly Buffer[], next: Offset): boolean {
    if (this.needsPrecedingByte(chunks[0])) return false;
    this.#isUnsettled = false;
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
    this.#isToldUpToDate = true;
    this.body.writeShared(shared.frame);
    return true;
  }

  /** Says that the reader has all there is, unless it knows. */
  writeUpToDate(): void {
    if (!this.#isToldUpToDate) this.body.write([this.#control(true)]);
  }

  /** Shows the last bytes there are, if any are left, and says that there will be no more. It does so once. */
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
    this.#isUnsettled = false;
    this.#at = next;
    this.#isToldUpToDate = false;
    return event.length === 0 ? event : [...event, this.#control(isUpToDate)];
  }

  #control(isUpToDate: boolean): Buffer {
    this.#isToldUpToDate = isUpToDate;
    return controlEvent({
      // What is held was not shown: who comes back needs it again.
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
