import type { IncomingMessage } from 'node:http';
import type { ByteSource, PendingBytes } from '../../../core/ingest/pending-bytes';

/**
 * The pieces of a body as they come. Each counts among the bytes that wait for the store until the next one is asked for, which is read
 * once there is room. The request is not destroyed by what goes wrong with a piece: its writer is to be answered.
 */
export async function* countedPieces(
  req: IncomingMessage,
  pending: PendingBytes,
): AsyncGenerator<Buffer, void> {
  const reading = new Reading();
  const share = pending.share(reading);
  req.once('close', () => reading.resume());
  try {
    for await (const piece of req.iterator({ destroyOnReturn: false })) {
      share.add(piece.length);
      yield piece;
      share.remove(piece.length);
      await reading.mayGoOn();
    }
  } finally {
    share.end();
  }
}

class Reading implements ByteSource {
  #isPaused = false;
  #goOn = (): void => {};

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#goOn();
  }

  mayGoOn(): Promise<void> | undefined {
    if (!this.#isPaused) return undefined;
    return new Promise((resolve) => {
      this.#goOn = resolve;
    });
  }
}
