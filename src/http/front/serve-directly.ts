import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AllowedOrigins, Config } from '../../config/config';
import { logUnexpected } from '../errors/error-response';
import type { Access, Gatekeeper } from './access';
import type { FrontDoor } from './front-door';
import type { RequestLog } from './log-requests';
import { originForm } from './origin-form';
import type { Wire } from './protocol';
import { refuse } from './send-error-response';

/** A request to a wire that answers without Koa: its chain costs more than a small append does. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** As it stood in the request, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly requestId: string;
  /** What its token allows. @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID` */
  access(): Access;
}

export interface DirectProtocol {
  /** All paths that begin so are its own. */
  readonly prefix: string;
  /** Which pages may use it from a browser. */
  allowOrigin(config: Config): AllowedOrigins;
  /** Answers a request. What it throws before the head is out is answered as an error. */
  operation(wire: Wire): (exchange: Exchange) => Promise<void> | void;
  /** What an error's answer carries beside the error. */
  errorHeaders(wire: Wire): Readonly<Record<string, string>>;
}

/** What it shares with the wires that Koa serves. */
export interface FrontRoom {
  readonly door: FrontDoor;
  readonly accessOf: Gatekeeper;
  readonly log: RequestLog;
}

const NO_QUERY = new URLSearchParams();

/** The same checks, gatekeeper, log and errors as for the wires that Koa serves. */
export function serveDirectly(
  protocol: DirectProtocol,
  wire: Wire,
  { door, accessOf, log }: FrontRoom,
): RequestListener {
  const operation = protocol.operation(wire);
  const errorHeaders = protocol.errorHeaders(wire);
  return async (req, res) => {
    const [path, query] = split(originForm(req.url ?? '/'));
    const requestId = log(req, res, path);
    const access = (): Access => accessOf(req, query.get('access_token') ?? undefined);
    try {
      if (door.answers(req, res, requestId, 'streams')) return;
      await operation({ req, res, path, query, requestId, access });
    } catch (error) {
      logUnexpected(wire.logger, error, requestId);
      refuse(req, res, error, { 'X-Request-Id': requestId, ...errorHeaders });
    }
  };
}

function split(url: string): [path: string, query: URLSearchParams] {
  const at = url.indexOf('?');
  return at === -1 ? [url, NO_QUERY] : [url.slice(0, at), new URLSearchParams(url.slice(at + 1))];
}
