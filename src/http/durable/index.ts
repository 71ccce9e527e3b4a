import { isLogError, LogError, LostLogError } from '../../core/errors';
import type { LogId } from '../../core/log-id';
import type { DirectProtocol, Exchange } from '../direct';
import { PREFLIGHT_HEADERS } from '../front/cors';
import { notFound } from '../front/existing-log';
import { notAllowed } from '../front/not-allowed';
import { Answer, allowedOrigins, sharedHeaders } from './answer';
import { append } from './append';
import { Bodies } from './bodies';
import { create } from './create';
import { describe } from './describe';
import type { Durable, Operation } from './operation';
import { read } from './read';
import { remove } from './remove';
import { idOf, PREFIX } from './stream-path';
import { Streams } from './streams';

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
