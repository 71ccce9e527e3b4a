import Router from '@koa/router';
import type { Protocol } from '../front/protocol';
import { sendSpy } from './send-spy';

/** `/spy`: every live stream in one response. */
export const spy: Protocol = {
  routes(wire) {
    const router = new Router({ sensitive: true });
    router.get('/spy', (ctx) => sendSpy(ctx, wire));
    return router;
  },
};
