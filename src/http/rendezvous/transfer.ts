import type { Side } from '../../relay/match/held-request';
import type { Meeting } from '../../relay/match/matchmaker';
import { RequestBody } from '../../relay/match/request-body';
import { ResponseBody } from '../../relay/match/response-body';
import type { Exchange } from '../../relay/match/transfer';
import type { RendezvousPlaces } from '../../relay/rendezvous/rendezvous-queues';
import { markLasting } from '../live/long-lived';
import { headersToSend } from './custom-headers';
import { answerFor, refuse, UNKNOWN } from './rendezvous-errors';

/** How often the bytes of a running stream are counted for its status. */
const PROGRESS_EVERY_MS = 250;

export interface Streams {
  readonly places: RendezvousPlaces;
  readonly meeting: Meeting;
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
  side: Side,
  { places, meeting, stalledMs }: Streams,
  { id, isMounted }: Asked,
): Promise<void> {
  const headers = await places.headers(id);
  if (headers === undefined) return refuse(side, UNKNOWN);
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
  markLasting(side.res);
  const outcome = await meeting.attend(id, { role: 'receiver', side, sink });
  if (outcome.kind === 'left' || (outcome.kind === 'exchanged' && outcome.ended.begun)) return;
  refuse(side, answerFor(outcome, 'destination'));
}

/** `PUT /stream/:id`: answered when everything has been streamed. */
export async function upload(
  side: Side,
  { places, meeting }: Streams,
  { id, isMounted }: Asked,
): Promise<void> {
  const headers = await places.headers(id);
  if (headers === undefined) return refuse(side, UNKNOWN);
  let stopCounting = (): void => {};
  const onExchange = (exchange: Exchange): void => {
    stopCounting = countBytes(places, id, exchange);
  };
  const source = new RequestBody(side);
  const outcome = await meeting.attend(id, { role: 'sender', side, source, onExchange });
  stopCounting();
  if (outcome.kind === 'left') return;
  if (outcome.kind === 'exchanged' && outcome.ended.end === 'complete') {
    side.reply(200, { ...headersToSend(side.res, headers.upload, isMounted), Connection: 'close' });
  } else {
    refuse(side, answerFor(outcome, 'source'));
  }
}

function countBytes(places: RendezvousPlaces, id: string, exchange: Exchange): () => void {
  let told = 0;
  const timer = setInterval(() => {
    if (exchange.taken === told) return;
    told = exchange.taken;
    // Only a status that is looked at meanwhile is behind.
    places.progress(id, told).catch(() => {});
  }, PROGRESS_EVERY_MS).unref();
  return () => clearInterval(timer);
}
