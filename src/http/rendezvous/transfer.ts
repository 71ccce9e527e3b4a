import type { HeldRequest } from '../../relay/match/held-request';
import type { Matchmaker } from '../../relay/match/matchmaker';
import { RequestBody } from '../../relay/match/request-body';
import { ResponseBody } from '../../relay/match/response-body';
import type { Transfer } from '../../relay/match/transfer';
import type { RendezvousQueues } from '../../relay/rendezvous/rendezvous-queues';
import { markLongLived } from '../live/long-lived';
import { headersToSend } from './custom-headers';
import { errorForOutcome, sendRendezvousError, UNKNOWN_STREAM } from './rendezvous-errors';

/** How often the bytes of a running stream are counted for its status. */
const PROGRESS_EVERY_MS = 250;

export interface RendezvousContext {
  readonly places: RendezvousQueues;
  readonly meeting: Matchmaker;
  /** How long a receiver may take nothing, in milliseconds. */
  readonly stalledMs: number;
}

/** What one side asks for. */
interface Asked {
  readonly id: string;
  /** On the main port. */
  readonly isMounted: boolean;
}

/** `GET /stream/:id`: the response begins with the first byte, or the end, of the upload. */
export async function download(
  side: HeldRequest,
  { places, meeting, stalledMs }: RendezvousContext,
  { id, isMounted }: Asked,
): Promise<void> {
  const headers = await places.headers(id);
  if (headers === undefined) return sendRendezvousError(side, UNKNOWN_STREAM);
  const sink = new ResponseBody(side, {
    stalledMs,
    begin: () => {
      side.res.writeHead(200, {
        ...headersToSend(side.res, headers.download, isMounted),
        Connection: 'close',
        // Named, so that an empty download has the same head. HTTP/1.0 does not know it.
        ...(side.req.httpVersion !== '1.0' && { 'Transfer-Encoding': 'chunked' }),
      });
    },
  });
  markLongLived(side.res);
  const outcome = await meeting.join(id, { role: 'receiver', side, sink });
  if (outcome.kind === 'left' || (outcome.kind === 'exchanged' && outcome.ended.begun)) return;
  sendRendezvousError(side, errorForOutcome(outcome, 'destination'));
}

/** `PUT /stream/:id`: answered when everything has been streamed. */
export async function upload(
  side: HeldRequest,
  { places, meeting }: RendezvousContext,
  { id, isMounted }: Asked,
): Promise<void> {
  const headers = await places.headers(id);
  if (headers === undefined) return sendRendezvousError(side, UNKNOWN_STREAM);
  let stopCounting = (): void => {};
  const onExchange = (exchange: Transfer): void => {
    stopCounting = countBytes(places, id, exchange);
  };
  const source = new RequestBody(side);
  const outcome = await meeting.join(id, { role: 'sender', side, source, onExchange });
  stopCounting();
  if (outcome.kind === 'left') return;
  if (outcome.kind === 'exchanged' && outcome.ended.end === 'complete') {
    side.reply(200, { ...headersToSend(side.res, headers.upload, isMounted), Connection: 'close' });
  } else {
    sendRendezvousError(side, errorForOutcome(outcome, 'source'));
  }
}

function countBytes(places: RendezvousQueues, id: string, exchange: Transfer): () => void {
  let told = 0;
  const timer = setInterval(() => {
    if (exchange.bytesRead === told) return;
    told = exchange.bytesRead;
    // Only a status that is looked at meanwhile is behind.
    places.progress(id, told).catch(() => {});
  }, PROGRESS_EVERY_MS).unref();
  return () => clearInterval(timer);
}
