import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { AllowedOrigins, Config } from '../../config/config';
import { logUnexpected } from '../errors/error-response';
import type { Access, Authenticator } from './access';
import type { FrontDoor } from './front-door';
import type { RequestLogger } from './log-requests';
import { originForm } from './origin-form';
import type { WireContext } from './protocol';
import { sendErrorResponse } from './send-error-response';

/** A request to a wire that answers without Koa: its chain costs more than a small append does. */
export interface DirectRequest {
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
  createHandler(wire: WireContext): (exchange: DirectRequest) => Promise<void> | void;
  /** What an error's answer carries beside the error. */
  errorHeaders(wire: WireContext): Readonly<Record<string, string>>;
}

/** What it shares with the wires that Koa serves. */
export interface FrontDependencies {
  readonly door: FrontDoor;
  readonly accessOf: Authenticator;
  readonly log: RequestLogger;
}

const NO_QUERY = new URLSearchParams();

/** The same checks, gatekeeper, log and errors as for the wires that Koa serves. */
export function serveDirectly(
  protocol: DirectProtocol,
  wire: WireContext,
  { door, accessOf, log }: FrontDependencies,
): RequestListener {
  const operation = protocol.createHandler(wire);
  const errorHeaders = protocol.errorHeaders(wire);
  return async (req, res) => {
    const [path, query] = split(originForm(req.url ?? '/'));
    const requestId = log(req, res, path);
    const access = (): Access => accessOf(req, query.get('access_token') ?? undefined);
    try {
      if (door.checkRequest(req, res, requestId, 'streams')) return;
      await operation({ req, res, path, query, requestId, access });
    } catch (error) {
      logUnexpected(wire.logger, error, requestId);
      sendErrorResponse(req, res, error, { 'X-Request-Id': requestId, ...errorHeaders });
    }
  };
}

function split(url: string): [path: string, query: URLSearchParams] {
  const at = url.indexOf('?');
  return at === -1 ? [url, NO_QUERY] : [url.slice(0, at), new URLSearchParams(url.slice(at + 1))];
}
