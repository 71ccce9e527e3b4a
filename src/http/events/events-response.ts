import type { ServerResponse } from 'node:http';
import { cut } from '../errors/cut';
import { ChunkedBody } from '../live/chunked-body';
import type { Consumer } from '../live/consumers';
import { waitForDrain } from '../live/wait-for-drain';
import { ALIVE, RESET } from './change-event';
import type { ChangeReader } from './readers';

interface EventsLimits {
  /** The most bytes that wait for the reader, give or take a frame. */
  readonly pendingBytesMax: number;
  /** A reader that does not take them within this time is cut. */
  readonly stalledMs: number;
}

/** The response of a reader of changes. A slow one gets nothing until it has taken what waits for it, and then a `reset`. */
export class EventsResponse implements ChangeReader, Consumer {
  readonly #body: ChunkedBody;
  /** Present while the reader is behind. */
  #catchingUp: AbortController | undefined;
  #leave = (): void => {};

  constructor(
    private readonly res: ServerResponse,
    private readonly limits: EventsLimits,
  ) {
    this.#body = new ChunkedBody(res);
  }

  /** Sends the head, with a comment behind it, as some proxies hold back a head without a body. */
  begin(): void {
    this.#body.begin();
    this.#body.write(ALIVE);
  }

  /** @param leave is called when the response is over */
  onClose(leave: () => void): void {
    this.#leave = leave;
  }

  send(frame: readonly Buffer[]): void {
    if (this.#catchingUp !== undefined) return;
    this.#body.writeShared(frame);
    if (this.res.writableLength > this.limits.pendingBytesMax) this.#fallBehind();
  }

  reset(): void {
    this.send(RESET);
  }

  close(): void {
    this.#leave();
    this.#catchingUp?.abort();
    cut(this.res, 'stopping');
  }

  #fallBehind(): void {
    const catchingUp = new AbortController();
    this.#catchingUp = catchingUp;
    waitForDrain(this.res, this.limits.stalledMs, catchingUp.signal).then(
      () => {
        this.#catchingUp = undefined;
        this.reset();
      },
      () => {
        // It has left.
      },
    );
  }
}
