import { type Exposition, renderMetrics } from '../metrics/exposition';
import type { MetricsSnapshot } from '../metrics/snapshot';
import { authorize } from './access/authorize';
import { RequestError } from './errors/request-error';
import { assertKnownParameters } from './front/query';
import { Routes } from './front/routes';
import type { Wire } from './front/wire';
import { preferredType } from './headers/accept';

const OPENMETRICS = 'application/openmetrics-text';
const TEXT = 'text/plain';

const CONTENT_TYPES: Readonly<Record<Exposition, string>> = {
  prometheus: `${TEXT}; version=0.0.4; charset=utf-8`,
  openmetrics: `${OPENMETRICS}; version=1.0.0; charset=utf-8`,
};

/** Resolves with the metrics of all processes that serve the port; `undefined`: the others could not be asked. */
export type ReadMetrics = () => Promise<MetricsSnapshot | undefined>;

/** `/metrics`, for Prometheus. @param access whether it needs a token with the scope `metrics`, if the server has tokens */
export function metricsWire(read: ReadMetrics, access: 'token' | 'public'): Wire {
  const routes = new Routes(() => access === 'public');
  routes.whole.get('/metrics', async (ctx) => {
    const { request } = ctx.state;
    if (access === 'token') authorize(request, 'metrics');
    assertKnownParameters(request.query, []);
    const snapshot = await read();
    if (snapshot === undefined)
      throw new RequestError('METRICS_UNAVAILABLE', 'The other processes of this server do not answer');
    const accept = ctx.get('Accept');
    const format = preferredType(accept, [OPENMETRICS], TEXT) === undefined ? 'prometheus' : 'openmetrics';
    ctx.set({ 'Cache-Control': 'no-store', Vary: 'Accept', 'Content-Type': CONTENT_TYPES[format] });
    ctx.body = renderMetrics(snapshot, format);
  });
  return { name: 'metrics', path: '/metrics', handle: (request) => routes.handle(request) };
}
