import type { HeldRequest } from '../../relay/match/held-request';
import type { Transfer } from '../../relay/match/transfer';
import type { OpenedRelay } from '../../relay/queues/open-relay';
import type { RendezvousQueues } from '../../relay/rendezvous/rendezvous-queues';
import { markLongLived } from '../live/long-lived';
import { headersToSend } from './custom-headers';
import { rendezvousError } from './outcome-error';
import { sendRendezvousError, UNKNOWN_STREAM } from './rendezvous-errors';

/** How often the status of a stream learns how many bytes were read. */
const PROGRESS_MS = 250;

interface StreamOptions {
  readonly id: string;
  /** On the main port. */
  readonly isMounted: boolean;
}

/** `GET /stream/:id`: the response begins with the first byte, or the end, of the upload. */
export async function download(
  { queues, matchmaker }: OpenedRelay<RendezvousQueues>,
  held: HeldRequest,
  { id, isMounted }: StreamOptions,
): Promise<void> {
  const headers = await queues.headers(id);
  if (headers === undefined) return sendRendezvousError(held, UNKNOWN_STREAM);
  const begin = (): void => {
    held.res.writeHead(200, {
      ...headersToSend(held.res, headers.download, isMounted),
      Connection: 'close',
      // Set here, so that an empty download has the same head. HTTP/1.0 does not know it.
      ...(held.req.httpVersion !== '1.0' && { 'Transfer-Encoding': 'chunked' }),
    });
  };
  markLongLived(held.res);
  const outcome = await matchmaker.receive(id, held, { begin });
  if (outcome !== undefined) sendRendezvousError(held, rendezvousError(outcome, 'receiver'));
}

/** `PUT /stream/:id`: answers when everything has been transferred. */
export async function upload(
  { queues, matchmaker }: OpenedRelay<RendezvousQueues>,
  held: HeldRequest,
  { id, isMounted }: StreamOptions,
): Promise<void> {
  const headers = await queues.headers(id);
  if (headers === undefined) return sendRendezvousError(held, UNKNOWN_STREAM);
  let stopCounting = (): void => {};
  const onTransfer = (transfer: Transfer): void => {
    stopCounting = countBytes(queues, id, transfer);
  };
  const outcome = await matchmaker.send(id, held, { onTransfer });
  stopCounting();
  if (outcome === undefined) return;
  if (outcome.kind === 'transferred' && outcome.result.end === 'complete') {
    held.reply(200, { ...headersToSend(held.res, headers.upload, isMounted), Connection: 'close' });
  } else {
    sendRendezvousError(held, rendezvousError(outcome, 'sender'));
  }
}

function countBytes(queues: RendezvousQueues, id: string, transfer: Transfer): () => void {
  let recorded = 0;
  const timer = setInterval(() => {
    if (transfer.bytesRead === recorded) return;
    recorded = transfer.bytesRead;
    // If this fails, only the status is behind.
    queues.progress(id, recorded).catch(() => {});
  }, PROGRESS_MS).unref();
  return () => clearInterval(timer);
}
