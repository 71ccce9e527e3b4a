import type { ServerResponse } from 'node:http';
import type { Logger } from '../../observe/logger';
import type { RequestRecord } from './request-record';

/** Logs the line of a request, once its response has closed. @param fields those of its wire */
export function logRequest(
  logger: Logger,
  { requestId, client, who, traceparent, method, path, began }: RequestRecord,
  res: ServerResponse,
  fields: object | undefined,
): void {
  const ms = Math.round(performance.now() - began);
  const how = res.writableFinished ? 'answered' : 'cut';
  const status = res.headersSent ? res.statusCode : undefined;
  logger.request(
    { requestId, client, who, traceparent, ...fields, method, path, status, ms, how },
    'request',
  );
}
