import type { Context, Middleware } from 'koa';
import type { Logger } from '../../observe/logger';
import { isAbortError } from '../errors/abort-error';
import { discardRestOfBody, logUnexpected, toErrorResponse } from '../errors/error-response';
import { methodNotAllowed } from '../errors/method-not-allowed';
import { RequestError } from '../errors/request-error';

/**
 * Answers every error as JSON, at once: a refused producer need not send its body first. Once the headers are out Koa could not
 * answer any more and would leave the client waiting: then the connection is cut.
 */
export function answerErrors(logger: Logger): Middleware {
  return async (ctx, next) => {
    try {
      await next();
      if (ctx.respond !== false && ctx.body === undefined) assertAnswered(ctx);
    } catch (error) {
      logUnexpected(logger, error, ctx.state['requestId']);
      // The client has left, or the server stops and the client goes on elsewhere.
      if (ctx.res.headersSent || isAbortError(error)) {
        ctx.res.destroy();
        return;
      }
      const { status, headers, body } = toErrorResponse(error);
      ctx.respond = true;
      ctx.status = status;
      ctx.set(headers);
      ctx.body = body;
      discardRestOfBody(ctx.req, ctx.res);
    }
  };
}

/**
 * The router passes on what it has no route for. Methods that it does not know are 501 to it, also where no path
 * matches. @throws RequestError
 */
function assertAnswered(ctx: Context): void {
  const allowed = ctx.response.get('Allow');
  const isRefused = ctx.status === 405 || ctx.status === 501;
  if (isRefused && allowed !== '') throw methodNotAllowed(ctx.method, allowed);
  if (isRefused || ctx.status === 404) throw new RequestError('NOT_FOUND', `There is nothing at ${ctx.path}`);
}
