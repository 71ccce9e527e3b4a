import Koa from 'koa';
import { jsonBody } from './front/json-body';

/**
 * Koa, but for what it does once the middleware is through. Koa itself watches every response to its end, and keeps the request's
 * whole context for as long: 4.5 KiB of resident memory for each consumer that waits at a tail. Nothing here needs that, since
 * `answerErrors` sees every error, and live responses look after themselves.
 */
export class Application extends Koa {
  /** Called by `callback()` for each request. Not in Koa's types: a test notices if it is no longer called. */
  async handleRequest(ctx: Koa.Context, run: (ctx: Koa.Context) => Promise<void>): Promise<void> {
    ctx.res.statusCode = 404;
    try {
      await run(ctx);
      if (ctx.respond !== false) respond(ctx);
    } catch (error) {
      ctx.onerror(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** Sends what the middleware has left in the context: a value as JSON, JSON that is made already, or a status alone. */
function respond(ctx: Koa.Context): void {
  if (ctx.body === undefined || ctx.body === null || ctx.body === '') {
    // RFC 9110, 8.6: a 204 has no length.
    if (ctx.status !== 204) ctx.length = 0;
    ctx.res.end();
    return;
  }
  const json = Buffer.isBuffer(ctx.body) ? ctx.body : jsonBody(ctx.body);
  // It may have in it what anyone has sent.
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.length = Buffer.byteLength(json);
  ctx.res.end(ctx.method === 'HEAD' ? undefined : json);
}
