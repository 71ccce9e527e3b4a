import type { Readable } from 'node:stream';
import { ChangeSignal } from '../../client/upload/change-signal';

/** Standard input that can be cut before its end without losing bytes that Node has already read. */
export class Input {
  #isCut = false;
  readonly #changed = new ChangeSignal();

  constructor(private readonly source: Readable) {}

  cut(): void {
    this.#isCut = true;
    this.#changed.notify();
  }

  /** Passes each piece to `sink` and awaits it. @throws the error of the input */
  async drainTo(sink: (piece: Uint8Array) => Promise<void>): Promise<'ended' | 'cut'> {
    for (const event of ['readable', 'end', 'error', 'close'])
      this.source.on(event, () => this.#changed.notify());
    for (;;) {
      if (this.#isCut) return this.#finish(sink);
      const piece: Uint8Array | null = this.source.read();
      if (piece !== null) await sink(piece);
      else if (this.source.errored) throw this.source.errored;
      else if (this.source.readableEnded || this.source.destroyed) return 'ended';
      else await this.#changed.wait();
    }
  }

  /** Passes on the bytes that Node has read ahead: no other process can read them. */
  async #finish(sink: (piece: Uint8Array) => Promise<void>): Promise<'cut'> {
    const rest: Uint8Array[] = [];
    for (let piece = this.source.read(); piece !== null; piece = this.source.read()) rest.push(piece);
    this.source.destroy();
    for (const piece of rest) await sink(piece);
    return 'cut';
  }
}
