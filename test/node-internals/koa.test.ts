import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import Koa from 'koa';

describe('internals of koa', () => {
  it('the callback of koa returns a promise for each request', async () => {
    const app = new Koa();
    app.silent = true;
    app.use((ctx) => {
      ctx.respond = false;
    });
    const req = new IncomingMessage(new Socket());
    const handled: unknown = app.callback()(req, new ServerResponse(req));
    // Koa documents a listener of 'request', whose result nothing reads.
    if (!(handled instanceof Promise))
      throw new Error(
        'The callback of Koa no longer returns a promise: an upgrade has changed what src/http/front/routes.ts builds on',
      );
    await handled;
  });
});
