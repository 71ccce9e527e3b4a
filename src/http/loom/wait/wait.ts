import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { onAbort } from '../../../core/scheduling/abortable';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import { sendEmpty, sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { jsonBody } from '../../json/json-body';
import { finish } from '../../live/finish';
import { markLongLived } from '../../live/long-lived';
import { touchLog, touchPeriodically } from '../../live/touch-log';
import { streamHeaders } from '../headers/stream-headers';
import { stateObject } from '../read/state-object';
import { foundLineJson } from '../search/found-line';
import { type Fulfilment, fulfilmentOf, type WaitSignals } from './fulfilment';
import { waitForLog } from './wait-for';
import { parseWaitRequest, type WaitRequest } from './wait-request';

const UNCACHED = { 'Cache-Control': 'no-store' };

/** `GET /stream/:id/wait`: answers as soon as the stream is as is wanted, or can never be, or with 204 after a while. */
export async function wait(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  authorize(request, 'consume', id);
  const asked = parseWaitRequest(request.query);
  const gone = wire.consumers.signalOf(request.res);
  const limit = new AbortController();
  const removeAbort = onAbort(gone, () => limit.abort());
  const timer = setTimeout(() => limit.abort(), asked.timeoutMs);
  const signals = { gone, limit: limit.signal, onWait: () => markLongLived(request.res) };
  try {
    await answer(request, wire, await fulfil(request, wire, id, asked, signals), gone);
  } catch (error) {
    // A server that stops answers as after the time: the client asks another one.
    if (error !== limit.signal.reason && error !== gone.reason) throw asGone(id, error);
    if (!request.res.closed) sendEmpty(request, 204, UNCACHED);
  } finally {
    clearTimeout(timer);
    removeAbort();
  }
}

async function fulfil(
  request: WireRequest,
  wire: WireContext,
  id: LogId,
  { awaited, mayBeCreated }: WaitRequest,
  signals: WaitSignals,
): Promise<Fulfilment> {
  const { store } = wire;
  const info: LogInfo = mayBeCreated
    ? await waitForLog(store, id, signals.onWait, signals.limit)
    : await requireLog(store, id);
  assertSameGeneration(request, info);
  await touchLog(store, info);
  touchPeriodically(store, info, signals.gone);
  return fulfilmentOf(wire, info, awaited, signals);
}

async function answer(
  request: WireRequest,
  wire: WireContext,
  { info, holds, match }: Fulfilment,
  gone: AbortSignal,
): Promise<void> {
  const count = await wire.lines.knownCount(info, gone);
  const state = stateObject({ ...info, lines: count?.lines });
  const body = Buffer.from(
    jsonBody({ ...state, holds, ...(match !== undefined && { match: foundLineJson(match, false) }) }),
  );
  sendHead(request, 200, {
    ...streamHeaders(info, wire.config.http),
    ...UNCACHED,
    'Content-Type': 'application/json',
    'X-Content-Type-Options': 'nosniff',
    'Content-Length': String(body.length),
  });
  finish(request.res, wire.config.http.consumerTimeout, body);
}
