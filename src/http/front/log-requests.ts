import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../../observe/logger';
import type { TrustedProxies } from '../proxies/trusted-proxies';

const KNOWN_ID = /^[\w.:-]{1,64}$/;

/** Logs a line at the end of the request. @param path without the query, which may have a token @returns the id of the request */
export type RequestLogger = (
  req: IncomingMessage,
  res: ServerResponse,
  path: string,
  fields?: object,
) => string;

export function createRequestLogger(logger: Logger, proxies: TrustedProxies): RequestLogger {
  const nextId = requestIds();
  return (req, res, path, fields) => {
    const began = performance.now();
    const given = req.headers['x-request-id'];
    const requestId = typeof given === 'string' && KNOWN_ID.test(given) ? given : nextId();
    const { method } = req;
    // A connection that has closed has no address any more.
    const client = proxies.addressOf(req);
    res.on('close', () => {
      const ms = Math.round(performance.now() - began);
      const how = res.writableFinished ? 'answered' : 'cut';
      const status = res.headersSent ? res.statusCode : undefined;
      logger.request({ requestId, client, ...fields, method, path, status, ms, how }, 'request');
    });
    return requestId;
  };
}

/** Unique over nodes and restarts. */
function requestIds(): () => string {
  const node = randomBytes(5).toString('hex');
  let count = 0;
  return () => {
    count += 1;
    return `${node}-${count.toString(36)}`;
  };
}
