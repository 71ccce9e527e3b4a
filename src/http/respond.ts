import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Context, Middleware } from 'koa';
import { LogError, type LogErrorCode } from '../core/errors';
import type { Logger } from '../observe/logger';
import { isDeparture } from './consumers';
import { RequestError, type RequestErrorCode } from './request-error';

const STATUS: Readonly<Record<LogErrorCode | RequestErrorCode, number>> = {
  LOG_ID_INVALID: 400,
  LOG_NOT_FOUND: 404,
  LOG_EXISTS: 409,
  LOG_GONE: 410,
  LOG_SEALED: 409,
  LOG_GAP: 409,
  LOG_FENCED: 409,
  LOG_TOO_LARGE: 413,
  LOG_RETIRED: 410,
  LOG_BUSY: 409,
  PRODUCER_STALE: 403,
  PRODUCER_GAP: 409,
  PRODUCER_EPOCH_SKIPPED: 400,
  PRODUCERS_TOO_MANY: 429,
  SEQUENCE_REGRESSED: 409,
  LOGS_TOO_MANY: 507,
  STORE_FULL: 507,
  STORE_UNAVAILABLE: 503,
  BYTES_LOST: 410,
  STORE_DAMAGED: 500,
  BAD_REQUEST: 400,
  UNAUTHENTICATED: 401,
  TOKEN_INVALID: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  BODY_TOO_LARGE: 413,
  TOO_MANY_WAITING: 503,
  HEADERS_TOO_LARGE: 431,
  UPSTREAM_MISSING: 503,
  UPSTREAM_UNREACHABLE: 502,
  UPSTREAM_SENSELESS: 500,
  STOPPING: 503,
  MEDIA_TYPE_UNSUPPORTED: 415,
  RANGE_NOT_SATISFIABLE: 416,
  BODIES_TOO_MANY: 429,
  BODY_STALLED: 408,
  METADATA_TOO_LARGE: 431,
};

const RETRY_AFTER_SECONDS = '2';

/** How long a refused producer may go on sending what nobody keeps, so that it can read the answer, before it is cut. */
const LINGER_MS = 5_000;

/** An error as the client is told of it. */
export interface Refusal {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: { readonly error: string };
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
      if (ctx.res.headersSent) {
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
  const status = isOperational(error) ? STATUS[error.code] : 500;
  const headers = {
    'Cache-Control': 'no-store',
    ...((status === 503 || (isOperational(error) && error.code === 'BODIES_TOO_MANY')) && {
      'Retry-After': RETRY_AFTER_SECONDS,
    }),
    ...(error instanceof RequestError && error.headers),
    'Content-Type': 'application/json',
    // The sentence may repeat what the request had in it.
    'X-Content-Type-Options': 'nosniff',
  };
  return { status, headers, body: { error: isOperational(error) ? error.message : 'Internal error' } };
}

export function logUnexpected(logger: Logger, error: unknown, requestId: string): void {
  if (isOperational(error) || isDeparture(error)) return;
  logger.error({ err: error, requestId }, 'request failed');
}

/** The router leaves what it has no route for to whoever comes after it. @throws RequestError */
function assertAnswered(ctx: Context): void {
  if (ctx.status === 404) throw new RequestError('NOT_FOUND', `There is nothing at ${ctx.path}`);
  if (ctx.status === 405 || ctx.status === 501) {
    const allowed = ctx.response.get('Allow');
    throw new RequestError('METHOD_NOT_ALLOWED', `${ctx.method} is not allowed here, but ${allowed} are`, {
      Allow: allowed,
    });
  }
}

type Operational = LogError | RequestError;

export function isOperational(error: unknown): error is Operational {
  return error instanceof LogError || error instanceof RequestError;
}

/**
 * The rest of a refused body is read and dropped for a moment: closing the socket on unread bytes would reset the
 * connection, and the client might never see the answer.
 */
export function stopListening(req: IncomingMessage, res: ServerResponse): void {
  if (req.complete) return;
  req.resume();
  const linger = setTimeout(() => {
    if (!req.complete) req.destroy();
  }, LINGER_MS);
  linger.unref();
  req.once('close', () => clearTimeout(linger));
  if (req.headers.expect !== undefined) res.setHeader('Connection', 'close');
}
