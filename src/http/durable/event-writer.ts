import { advance, type Offset } from '../../core/offset';
import type { ChunkedBody } from '../chunked-body';
import { HEARTBEAT } from '../sse';
import { nextCursor } from './cursor';
import { type Carry, dataEvent, type Encoding, lastEvent, NO_CARRY } from './event-frames';
import { offsetToken } from './offset-token';

const HEARTBEAT_CHUNKS: readonly Buffer[] = [Buffer.from(HEARTBEAT)];

interface SharedFrame {
  readonly encoding: Encoding;
  readonly cursor: string;
  readonly frame: readonly Buffer[];
}

/** By the chunks that the readers at a tail are all told of, one after the other: what was made of them last. */
const SHARED = new WeakMap<readonly Buffer[], SharedFrame>();

/** Writes one reader's events: after each that shows bytes comes a `control` that says where they end. */
export class EventWriter {
  readonly #encoding: Encoding;
  #cursor: string;
  #carry: Carry = NO_CARRY;
  /** Up to where bytes came, shown or held. */
  #at: Offset;
  /** The reader was told that there is no more. */
  #isToldUpToDate = false;

  constructor(
    private readonly body: ChunkedBody,
    { encoding, cursor, from }: { encoding: Encoding; cursor: string | undefined; from: Offset },
  ) {
    this.#encoding = encoding;
    this.#cursor = nextCursor(cursor);
    this.#at = from;
  }

  /** Shows bytes that end at `next`. */
  page(chunks: readonly Buffer[], next: Offset, isUpToDate: boolean): void {
    const frame = this.#frame(chunks, next, isUpToDate);
    if (frame !== '') this.body.write([Buffer.from(frame)]);
  }

  /** The same for bytes that all readers at the tail are told of: the frame is made once for all of them. */
  shared(chunks: readonly Buffer[], next: Offset): void {
    const cursor = this.#nextCursor();
    if (this.#carry !== NO_CARRY) {
      this.page(chunks, next, true);
      return;
    }
    let shared = SHARED.get(chunks);
    if (shared?.encoding !== this.#encoding || shared.cursor !== cursor) {
      const frame = this.#frame(chunks, next, true);
      if (this.#carry !== NO_CARRY) {
        if (frame !== '') this.body.write([Buffer.from(frame)]);
        return;
      }
      shared = { encoding: this.#encoding, cursor, frame: [Buffer.from(frame)] };
      SHARED.set(chunks, shared);
    }
    this.#at = next;
    this.#isToldUpToDate = true;
    this.body.writeShared(shared.frame);
  }

  /** Says that the reader has all there is, unless it knows. */
  upToDate(): void {
    if (!this.#isToldUpToDate) this.body.write([Buffer.from(this.#control(true))]);
  }

  /** Shows the last bytes there are, if any are left, and says that there will be no more. */
  last(chunks: readonly Buffer[], end: Offset): void {
    const { event, carry } = dataEvent(this.#encoding, chunks, this.#carry);
    const rest = lastEvent(this.#encoding, carry);
    const control = JSON.stringify({
      streamNextOffset: offsetToken(end),
      streamClosed: true,
      upToDate: true,
    });
    this.body.write([Buffer.from(`${event}${rest}event: control\ndata:${control}\n\n`)]);
  }

  heartbeat(): void {
    this.body.writeShared(HEARTBEAT_CHUNKS);
  }

  end(): void {
    this.body.end({});
  }

  #frame(chunks: readonly Buffer[], next: Offset, isUpToDate: boolean): string {
    const { event, carry } = dataEvent(this.#encoding, chunks, this.#carry);
    this.#carry = carry.held.length === 0 && !carry.afterReturn ? NO_CARRY : carry;
    this.#at = next;
    this.#isToldUpToDate = false;
    return event === '' ? '' : event + this.#control(isUpToDate);
  }

  #control(isUpToDate: boolean): string {
    this.#isToldUpToDate = isUpToDate;
    const control = {
      // What is held was not shown: who comes back needs it again.
      streamNextOffset: offsetToken(advance(this.#at, -this.#carry.held.length)),
      streamCursor: this.#nextCursor(),
      ...(isUpToDate && { upToDate: true }),
    };
    return `event: control\ndata:${JSON.stringify(control)}\n\n`;
  }

  /** Cursors never go back (PROTOCOL.md, 10.1). */
  #nextCursor(): string {
    const current = nextCursor(undefined);
    if (Number(current) > Number(this.#cursor)) this.#cursor = current;
    return this.#cursor;
  }
}
