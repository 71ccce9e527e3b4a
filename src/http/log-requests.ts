import { randomBytes } from 'node:crypto';
import type { Middleware } from 'koa';
import type { Logger } from '../observe/logger';

const KNOWN_ID = /^[\w.:-]{1,64}$/;

/** Logs a line a request when it is over. The query is left out: it may hold a token. */
export function logRequests(logger: Logger): Middleware {
  const nextId = requestIds();
  return async (ctx, next) => {
    const began = performance.now();
    const given = ctx.get('X-Request-Id');
    const requestId = KNOWN_ID.test(given) ? given : nextId();
    ctx.state['requestId'] = requestId;
    const { method, path, res } = ctx;
    res.once('close', () => {
      const ms = Math.round(performance.now() - began);
      const how = res.writableFinished ? 'answered' : 'cut';
      const status = res.headersSent ? res.statusCode : undefined;
      logger.info({ requestId, method, path, status, ms, how }, 'request');
    });
    await next();
    if (!res.headersSent) ctx.set('X-Request-Id', requestId);
  };
}

/** Unique over nodes and restarts, and cheap. */
function requestIds(): () => string {
  const node = randomBytes(5).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${node}-${count.toString(36)}`;
  };
}
