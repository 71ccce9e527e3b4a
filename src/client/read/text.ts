import { LoomClientError } from '../wire/errors';
import type { StreamReader } from './stream-reader';

/** The text of a stream, decoded as UTF-8. Await it for the whole text, or iterate over it for the pieces as they arrive. */
export class FollowedText implements AsyncIterable<string>, PromiseLike<string> {
  constructor(private readonly bytes: StreamReader<Uint8Array>) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void> {
    let decoder = new TextDecoder();
    let losses = 0;
    for await (const piece of this.bytes) {
      // The rest of a character that was lost never arrives.
      if (this.bytes.losses.length > losses) decoder = new TextDecoder();
      losses = this.bytes.losses.length;
      const text = decoder.decode(piece, { stream: true });
      if (text !== '') yield text;
    }
    const rest = decoder.decode();
    if (rest !== '') yield rest;
  }

  /** @throws LoomClientError `BYTES_LOST` if the server has lost bytes that were read, so that the whole would not be the stream's text */
  // biome-ignore lint/suspicious/noThenProperty: `await` reads the whole text.
  then<A = string, B = never>(
    onText?: ((text: string) => A | PromiseLike<A>) | null,
    onError?: ((error: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#whole().then(onText, onError);
  }

  async #whole(): Promise<string> {
    let text = '';
    for await (const piece of this) text += piece;
    if (this.bytes.losses.length > 0)
      throw new LoomClientError('BYTES_LOST', 'the server lost bytes of the stream while it was read');
    return text;
  }
}
