import type { IncomingMessage } from 'node:http';
import type { PendingBytes } from '../../../core/ingest/pending-bytes';
import { Latch } from '../../../core/scheduling/latch';

/** The pieces of a body. Each counts as waiting until the next one is asked for. A failure does not destroy the request. */
export async function* countedPieces(
  req: IncomingMessage,
  pending: PendingBytes,
): AsyncGenerator<Buffer, void> {
  const mayRead = new Latch();
  mayRead.set();
  const share = pending.share({ pause: () => mayRead.clear(), resume: mayRead.set });
  req.once('close', mayRead.set);
  try {
    for await (const piece of req.iterator({ destroyOnReturn: false })) {
      share.add(piece.length);
      yield piece;
      share.remove(piece.length);
      await mayRead.wait();
    }
  } finally {
    share.end();
  }
}
