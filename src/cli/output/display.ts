import type { Writable } from 'node:stream';
import { isBrokenPipe, write } from './io';

/** How much is held until the display begins. The command waits with more than that. */
const HELD_BYTES_MAX = 1024 * 1024;

/** An output to which a command's bytes are copied. Its failure ends the copying, and nothing else. */
export class Display {
  #isOver = false;
  #isHeld = true;
  #heldBytes = 0;
  #held: Promise<void>;
  #giveUp = (): void => {};
  readonly #givenUp = new Promise<void>((resolve) => {
    this.#giveUp = resolve;
  });

  /**
   * @param begins nothing is written before it resolves; bytes are taken from the command all the same
   * @param onFailure gets the error, unless the reader has only closed the output
   */
  constructor(
    private readonly to: Writable,
    begins: Promise<void>,
    private readonly onFailure: (error: unknown) => void,
  ) {
    this.#held = begins.then(() => {
      this.#isHeld = false;
    });
  }

  /** Resolves when the bytes are written, are held, or need not be written. */
  async write(bytes: Uint8Array): Promise<void> {
    this.#heldBytes += bytes.length;
    if (this.#isHeld && this.#heldBytes <= HELD_BYTES_MAX) {
      this.#held = this.#held.then(() => this.#write(bytes));
      return;
    }
    await this.#held;
    await this.#write(bytes);
  }

  /** Resolves when no bytes are held. */
  end(): Promise<void> {
    return this.#held;
  }

  async #write(bytes: Uint8Array): Promise<void> {
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
