import Router from '@koa/router';
import type { LogStore } from '../core/store/store';
import { RequestError } from './errors/request-error';

/** `/healthz`: the process answers. It needs no token, so that whatever watches the process need not hold one. */
export function health(): Router {
  const router = new Router({ sensitive: true });
  router.get('/healthz', (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    ctx.body = { status: 'ok' };
  });
  return router;
}

/** `/readyz`: the store can take an append, and the server is not stopping; else 503 with the reason. */
export function readiness(store: LogStore, stopping: AbortSignal): Router {
  const router = new Router({ sensitive: true });
  router.get('/readyz', async (ctx) => {
    ctx.set('Cache-Control', 'no-store');
    if (stopping.aborted) throw new RequestError('STOPPING', 'The server is stopping');
    await store.ready();
    ctx.body = { status: 'ready' };
  });
  return router;
}
