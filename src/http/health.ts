import { shuttingDown } from './errors/shared-errors';
import { Routes } from './front/routes';
import type { OpenWire } from './front/wire';
import type { WireRequest } from './front/wire-request';
import { jsonBody, setJson, UTF8_JSON } from './json/json-body';

/** `/healthz`: the process answers. It needs no token, so that a probe need not have one. */
export const health: OpenWire = () => {
  const routes = new Routes('public');
  routes.whole.get('/healthz', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    setJson(ctx, jsonBody({ status: 'ok' }), UTF8_JSON);
  });
  const handle = (request: WireRequest): Promise<void> => {
    const isProbe = request.path === '/healthz' && ['GET', 'HEAD'].includes(request.req.method ?? '');
    if (!isProbe) request.access();
    return routes.handle(request);
  };
  return { path: '/healthz', probePath: '/healthz', handle };
};

/** `/readyz`: the store can take an append, and the server is not stopping; otherwise 503 with the reason. */
export const readiness: OpenWire = ({ store, stopping }) => {
  const routes = new Routes();
  routes.whole.get('/readyz', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    if (stopping.aborted) throw shuttingDown();
    await store.ready();
    setJson(ctx, jsonBody({ status: 'ready' }), UTF8_JSON);
  });
  return { path: '/readyz', probePath: '/readyz', handle: (request) => routes.handle(request) };
};
