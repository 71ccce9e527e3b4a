import Router from '@koa/router';
import type { Protocol } from '../front/protocol';
import { watchAll } from './send-spy';

/** `/spy`: every live stream in one response. */
export const spy: Protocol = {
  routes(wire) {
    const router = new Router({ sensitive: true });
    router.get('/spy', (ctx) => watchAll(ctx, wire));
    return router;
  },
};
