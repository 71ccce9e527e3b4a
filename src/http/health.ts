import { shuttingDown } from './errors/shared-errors';
import { Routes } from './front/routes';
import type { OpenWire } from './front/wire';
import type { WireRequest } from './front/wire-request';
import { jsonBody, setJson, UTF8_JSON } from './json/json-body';

/** `/healthz`: the process answers. A probe needs no token for it. */
export const health: OpenWire = () => {
  const routes = new Routes(isProbe);
  routes.whole.get('/healthz', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    setJson(ctx, jsonBody({ status: 'ok' }), UTF8_JSON);
  });
  return {
    name: 'health',
    path: '/healthz',
    probePath: '/healthz',
    handle: (request) => routes.handle(request),
  };
};

function isProbe({ req, path }: WireRequest): boolean {
  return path === '/healthz' && (req.method === 'GET' || req.method === 'HEAD');
}

/** `/readyz`: the store can take an append, and the server is not stopping; otherwise 503 with the reason. */
export const readiness: OpenWire = ({ store, stopping }) => {
  const routes = new Routes();
  routes.whole.get('/readyz', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    if (stopping.aborted) throw shuttingDown();
    await store.ready();
    setJson(ctx, jsonBody({ status: 'ready' }), UTF8_JSON);
  });
  return {
    name: 'health',
    path: '/readyz',
    probePath: '/readyz',
    handle: (request) => routes.handle(request),
  };
};
