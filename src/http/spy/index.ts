import { followMany } from '../../core/follow/follow-many';
import { onAbort } from '../../core/scheduling/abortable';
import { authorize, restrictPrefix } from '../access/authorize';
import { RequestError } from '../errors/request-error';
import { assertKnownParameters, singleParameter } from '../front/query';
import { Routes } from '../front/routes';
import { sendHead } from '../front/send-head';
import type { OpenWire, WireContext } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { preferredType } from '../headers/accept';
import { contentHeaders, LIVE_HEADERS } from '../headers/content-headers';
import { vary } from '../headers/vary';
import { detach } from '../live/detach';
import { markLongLived } from '../live/long-lived';
import { SpyFormat } from './spy-format';
import { SpyObjects } from './spy-objects';
import { SpyResponse } from './spy-response';

const PARAMETERS = ['color', 'prefix', 'from'];

/** `/spy`: every live stream in one response. */
export const spy: OpenWire = (wire) => {
  const routes = new Routes();
  routes.stream(['GET'], '/spy', (request) => sendSpy(request, wire));
  return { name: 'spy', path: '/spy', handle: (request) => routes.handle(request) };
};

const NDJSON = 'application/x-ndjson';
const TEXT = 'text/plain';

/** `GET /spy[?color][&prefix=][&from=start]`: headers at once, then every active stream and every new one. Never ends. */
async function sendSpy(request: WireRequest, wire: WireContext): Promise<void> {
  const access = authorize(request, 'spy');
  const { req, res, query } = request;
  assertKnownParameters(query, PARAMETERS);
  const from = singleParameter(query, 'from') ?? 'now';
  const prefix = singleParameter(query, 'prefix') ?? '';
  if (from !== 'now' && from !== 'start')
    throw new RequestError('PARAMETER_INVALID', 'from must be start or now');
  const options = { from, prefix: restrictPrefix(prefix, access.prefix) } as const;

  const isNdjson = preferredType(req.headers.accept ?? '', [NDJSON], TEXT) !== undefined;
  sendHead(request, 200, {
    ...contentHeaders(isNdjson ? NDJSON : `${TEXT}; charset=utf-8`),
    ...LIVE_HEADERS,
    Vary: vary(res, 'Accept'),
  });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  res.flushHeaders();
  markLongLived(res);
  const signal = wire.consumers.signalOf(res);
  const format = isNdjson ? new SpyObjects() : new SpyFormat(query.has('color') ? 'color' : 'plain');
  const { spy, http } = wire.config;
  const limits = { pendingBytesMax: spy.pendingBytes, stalledMs: http.consumerTimeout };
  const listener = new SpyResponse(res, format, limits, signal, wire);
  wire.meters.spies += 1;
  onAbort(signal, () => {
    wire.meters.spies -= 1;
  });
  detach(res, wire.logger, followMany(wire.store, listener, options, signal));
}
