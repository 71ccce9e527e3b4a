import type { Writable } from 'node:stream';
import { isBrokenPipe, write } from './io';

/** An output to which a command's bytes are copied. Its failure ends the copying, and nothing else. */
export class Display {
  #isOver = false;
  #giveUp = (): void => {};
  readonly #givenUp = new Promise<void>((resolve) => {
    this.#giveUp = resolve;
  });

  /** @param onFailure gets the error, unless the reader has only closed the output */
  constructor(
    private readonly to: Writable,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Resolves when the bytes are written, or need not be. */
  async write(bytes: Uint8Array): Promise<void> {
    if (this.#isOver) return;
    try {
      await Promise.race([write(this.to, bytes), this.#givenUp]);
    } catch (error) {
      if (!this.#isOver && !isBrokenPipe(error)) this.onFailure(error);
      this.#isOver = true;
    }
  }

  /** Waits no more for a reader that is slow. */
  giveUp(): void {
    this.#isOver = true;
    this.#giveUp();
  }
}
