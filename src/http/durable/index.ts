import { isLogError, LogError, LostLogError } from '../../core/log/errors';
import type { LogId } from '../../core/log/log-id';
import { logNotFound } from '../errors/require-log';
import { methodNotAllowed } from '../errors/shared-errors';
import { PREFLIGHT_HEADERS } from '../front/cors';
import { sendEmpty } from '../front/send-head';
import type { OpenWire } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { BufferedBodies } from './context/buffered-bodies';
import type { DurableContext, DurableOperation } from './context/durable-context';
import { allowedOrigins, sharedHeaders } from './context/shared-headers';
import { StreamCache } from './context/stream-cache';
import { parseStreamPath, STREAM_PATH_PREFIX } from './context/stream-path';
import { sendStreamHead } from './read/head';
import { read } from './read/read';
import { append } from './write/append';
import { create } from './write/create';
import { removeStream } from './write/remove';

const OPERATIONS: Readonly<Record<string, DurableOperation>> = {
  PUT: create,
  POST: append,
  HEAD: sendStreamHead,
  GET: read,
  DELETE: removeStream,
};

const METHODS = [...Object.keys(OPERATIONS), 'OPTIONS'].join(', ');

/** The Durable Streams protocol: `/v1/stream/<id>`. Its document is `docs/durable-streams.md`. */
export const durable: OpenWire = (context) => {
  const { config, store, stopping } = context;
  const wire: DurableContext = {
    ...context,
    bodies: new BufferedBodies(config, stopping),
    streams: new StreamCache(store),
  };
  return {
    name: 'durable',
    path: STREAM_PATH_PREFIX,
    route: `${STREAM_PATH_PREFIX}:id`,
    allowOrigin: allowedOrigins(config),
    headers: sharedHeaders(config),
    handle: (request) => perform(wire, request),
  };
};

function perform(wire: DurableContext, request: WireRequest): Promise<void> | void {
  const { method = '' } = request.req;
  if (method === 'OPTIONS') return sendEmpty(request, 204, { Allow: METHODS, ...PREFLIGHT_HEADERS });
  const operation = Object.hasOwn(OPERATIONS, method) ? OPERATIONS[method] : undefined;
  if (operation === undefined) throw methodNotAllowed(method, METHODS);
  request.principal();
  const id = parseStreamPath(request.path);
  return hidingGone(id, operation(wire, Object.assign(request, { id })));
}

/** A stream that was removed or replaced during the request is answered 404: a 410 has another meaning here (5.4). */
async function hidingGone(id: LogId, work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (error instanceof LostLogError) throw new LogError('LOG_NOT_FOUND', error.message);
    throw isLogError(error, 'LOG_GONE') ? logNotFound(id) : error;
  }
}
