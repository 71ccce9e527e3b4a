import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import { DamageError } from '../core/damage';
import { LogError, LostLogError } from '../core/errors';
import type { Logger } from '../observe/logger';
import { isDeparture } from './consumers';
import { ERROR_TABLE, type ErrorAnswer } from './front/error-table';
import { notAllowed } from './front/not-allowed';
import { RequestError } from './request-error';

const RETRY_AFTER_SECONDS = '2';

/** Beside every 503: it passes by itself as well. */
const BUSY_CODE = ERROR_TABLE.BODIES_TOO_MANY.code;

/** An error as it is answered. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string; readonly code: string };
}

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
      if (ctx.res.headersSent || isDeparture(error)) {
        ctx.res.destroy();
        return;
      }
      const { status, headers, body } = refusalOf(error);
      ctx.respond = true;
      ctx.status = status;
      ctx.set(headers);
      ctx.body = body;
      stopListening(ctx.req, ctx.res);
    }
  };
}

export function refusalOf(error: unknown): Refusal {
  const { status, code } = answerOf(error);
  const headers = {
    'Cache-Control': 'no-store',
    ...((status === 503 || code === BUSY_CODE) && { 'Retry-After': RETRY_AFTER_SECONDS }),
    ...(error instanceof RequestError && error.headers),
    // For HEAD, whose answer has no sentence.
    ...(error instanceof LostLogError && { 'X-Stream-Lost': 'all' }),
    ...(error instanceof DamageError && { 'X-Stream-Lost': `${error.lost.from}-${error.lost.to}` }),
    'Content-Type': 'application/json',
    // The sentence may repeat what the request had in it.
    'X-Content-Type-Options': 'nosniff',
  };
  return {
    status,
    headers,
    body: {
      error: isOperational(error) ? error.message : 'Internal error',
      code,
      ...(error instanceof RequestError && error.details),
    },
  };
}

function answerOf(error: unknown): ErrorAnswer {
  if (error instanceof LostLogError) return ERROR_TABLE.STREAM_LOST;
  return ERROR_TABLE[isOperational(error) ? error.code : 'INTERNAL'];
}

export function logUnexpected(logger: Logger, error: unknown, requestId: string): void {
  if (isOperational(error) || isDeparture(error)) return;
  logger.error({ err: error, requestId }, 'request failed');
}

/**
 * The router passes on what it has no route for. Methods that it does not know are 501 to it, also where no path
 * matches. @throws RequestError
 */
function assertAnswered(ctx: Context): void {
  const allowed = ctx.response.get('Allow');
  const isRefused = ctx.status === 405 || ctx.status === 501;
  if (isRefused && allowed !== '') throw notAllowed(ctx.method, allowed);
  if (isRefused || ctx.status === 404) throw new RequestError('NOT_FOUND', `There is nothing at ${ctx.path}`);
}

type Operational = LogError | RequestError;

export function isOperational(error: unknown): error is Operational {
  return error instanceof LogError || error instanceof RequestError;
}

/**
 * The rest of a refused body is dropped, for as long as `boundRestOfBody` allows. This begins before the answer is sent, which may have
 * to wait for a tail that only a request behind this body ends.
 */
export function stopListening(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete) return;
  req.resume();
  if (req.headers.expect !== undefined) res.setHeader('Connection', 'close');
}
