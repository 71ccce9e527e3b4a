import { authorize, restrictPrefix } from '../access/authorize';
import { assertKnownParameters, singleParameter } from '../front/query';
import { Routes } from '../front/routes';
import { sendHead } from '../front/send-head';
import type { OpenWire, WireContext } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { contentHeaders, LIVE_HEADERS } from '../headers/content-headers';
import { markLongLived } from '../live/long-lived';
import { EventsResponse } from './events-response';
import { LogChanges } from './log-changes';

const PARAMETERS = ['prefix'];

/** `/events`: what happens to all streams, as Server-Sent Events. */
export const events: OpenWire = (wire) => {
  const { store, config, logger } = wire;
  const settings = { intervalMs: config.events.interval, heartbeatMs: config.live.heartbeat };
  const changes = new LogChanges(store, settings, logger);
  const routes = new Routes();
  routes.stream(['GET'], '/events', (request) => sendEvents(request, wire, changes));
  return { name: 'events', path: '/events', handle: (request) => routes.handle(request) };
};

/** `GET /events[?prefix=]`: every change from the head of the answer on, so that a list read after it misses none. Never ends. */
async function sendEvents(request: WireRequest, wire: WireContext, changes: LogChanges): Promise<void> {
  const access = authorize(request, 'consume');
  const { req, res, query } = request;
  assertKnownParameters(query, PARAMETERS);
  const prefix = restrictPrefix(singleParameter(query, 'prefix') ?? '', access.prefix);
  const writeHead = (): void =>
    sendHead(request, 200, { ...contentHeaders('text/event-stream; charset=utf-8'), ...LIVE_HEADERS });
  if (req.method === 'HEAD') {
    writeHead();
    res.end();
    return;
  }
  const { events: limits, http } = wire.config;
  const response = new EventsResponse(res, {
    pendingBytesMax: limits.pendingBytes,
    stalledMs: http.consumerTimeout,
  });
  const leave = await changes.subscribe(prefix, () => {
    writeHead();
    response.begin();
    return response;
  });
  response.onClose(leave);
  markLongLived(res);
  wire.consumers.add(res, response);
}
