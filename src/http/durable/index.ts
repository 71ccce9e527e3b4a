import { isLogError, LogError, LostLogError } from '../../core/log/errors';
import type { LogId } from '../../core/log/log-id';
import { notAllowed } from '../errors/method-not-allowed';
import { notFound } from '../errors/require-log';
import { PREFLIGHT_HEADERS } from '../front/cors';
import type { DirectProtocol, Exchange } from '../front/serve-directly';
import { Bodies } from './context/buffered-bodies';
import type { Durable, Operation } from './context/durable-context';
import { Answer, allowedOrigins, sharedHeaders } from './context/responder';
import { Streams } from './context/stream-cache';
import { idOf, PREFIX } from './context/stream-path';
import { describe } from './read/head';
import { read } from './read/read';
import { append } from './write/append';
import { create } from './write/create';
import { remove } from './write/remove';

const OPERATIONS: Readonly<Record<string, Operation>> = {
  PUT: create,
  POST: append,
  HEAD: describe,
  GET: read,
  DELETE: remove,
};

const METHODS = [...Object.keys(OPERATIONS), 'OPTIONS'].join(', ');

/** The Durable Streams protocol: `/v1/stream/<id>`. Its document is `docs/durable-streams.md`. */
export const durable: DirectProtocol = {
  prefix: PREFIX,
  allowOrigin: allowedOrigins,
  operation(wire) {
    const { config, store } = wire;
    const tools: Durable = {
      ...wire,
      answer: new Answer(config),
      bodies: new Bodies(config, wire.stopping),
      streams: new Streams(store),
    };
    return (exchange) => perform(tools, exchange);
  },
  errorHeaders: ({ config }) => sharedHeaders(config),
};

function perform(wire: Durable, exchange: Exchange): Promise<void> | void {
  const { method = '' } = exchange.req;
  if (method === 'OPTIONS') return wire.answer.empty(exchange, 204, { Allow: METHODS, ...PREFLIGHT_HEADERS });
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined) throw notAllowed(method, METHODS);
  const { req, res, path, query, requestId, access } = exchange;
  const allowed = access();
  const id = idOf(path);
  return hidingGone(id, operation(wire, { req, res, path, query, requestId, access, allowed, id }));
}

/** To who asked for a stream that was removed or replaced meanwhile it is not there: a 410 means something else here (5.4). */
async function hidingGone(id: LogId, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LostLogError) throw new LogError('LOG_NOT_FOUND', error.message);
    throw isLogError(error, 'LOG_GONE') ? notFound(id) : error;
  }
}
