import Router from '@koa/router';
import type { Protocol } from '../protocol';
import { watchAll } from './watch-all';

/** `/spy`: every live stream in one response. */
export const spy: Protocol = {
  routes(wire) {
    const router = new Router({ sensitive: true });
    router.get('/spy', (ctx) => watchAll(ctx, wire));
    return router;
  },
};
