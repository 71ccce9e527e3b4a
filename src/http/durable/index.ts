import { isLogError, LogError, LostLogError } from '../../core/log/errors';
import type { LogId } from '../../core/log/log-id';
import { methodNotAllowed } from '../errors/method-not-allowed';
import { logNotFound } from '../errors/require-log';
import { PREFLIGHT_HEADERS } from '../front/cors';
import type { DirectProtocol, DirectRequest } from '../front/serve-directly';
import { BufferedBodies } from './context/buffered-bodies';
import type { DurableContext, DurableOperation } from './context/durable-context';
import { allowedOrigins, DurableResponder, sharedHeaders } from './context/responder';
import { StreamCache } from './context/stream-cache';
import { parseStreamPath, STREAM_PATH_PREFIX } from './context/stream-path';
import { sendStreamHead } from './read/head';
import { read } from './read/read';
import { append } from './write/append';
import { create } from './write/create';
import { remove } from './write/remove';

const OPERATIONS: Readonly<Record<string, DurableOperation>> = {
  PUT: create,
  POST: append,
  HEAD: sendStreamHead,
  GET: read,
  DELETE: remove,
};

const METHODS = [...Object.keys(OPERATIONS), 'OPTIONS'].join(', ');

/** The Durable Streams protocol: `/v1/stream/<id>`. Its document is `docs/durable-streams.md`. */
export const durable: DirectProtocol = {
  prefix: STREAM_PATH_PREFIX,
  allowOrigin: allowedOrigins,
  createHandler(wire) {
    const { config, store } = wire;
    const tools: DurableContext = {
      ...wire,
      responder: new DurableResponder(config),
      bodies: new BufferedBodies(config, wire.stopping),
      streams: new StreamCache(store),
    };
    return (exchange) => perform(tools, exchange);
  },
  errorHeaders: ({ config }) => sharedHeaders(config),
};

function perform(wire: DurableContext, exchange: DirectRequest): Promise<void> | void {
  const { method = '' } = exchange.req;
  if (method === 'OPTIONS')
    return wire.responder.empty(exchange, 204, { Allow: METHODS, ...PREFLIGHT_HEADERS });
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined) throw methodNotAllowed(method, METHODS);
  const { req, res, path, query, requestId, access } = exchange;
  const allowed = access();
  const id = parseStreamPath(path);
  return hidingGone(id, operation(wire, { req, res, path, query, requestId, access, allowed, id }));
}

/** To who asked for a stream that was removed or replaced meanwhile it is not there: a 410 means something else here (5.4). */
async function hidingGone(id: LogId, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LostLogError) throw new LogError('LOG_NOT_FOUND', error.message);
    throw isLogError(error, 'LOG_GONE') ? logNotFound(id) : error;
  }
}
