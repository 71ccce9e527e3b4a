import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../../config/config';
import type { Logger } from '../../observe/logger';
import type { Authenticator } from '../access/authenticator';
import { logUnexpected } from '../errors/error-response';
import { sendErrorResponse } from '../errors/send-error-response';
import { routeNotFound } from '../errors/shared-errors';
import { TrustedProxies } from '../proxies/trusted-proxies';
import { createRequestLogger, type RequestLogger } from './log-requests';
import { splitTarget, type Target } from './origin-form';
import { RequestGuard } from './request-guard';
import type { Wire } from './wire';
import { WireRequest } from './wire-request';

interface GuardedWire {
  readonly wire: Wire;
  readonly guard: RequestGuard;
}

/** Handles the requests whose path no wire has. */
const NO_WIRE: Wire = {
  path: '/',
  handle(request) {
    request.principal();
    throw routeNotFound(request.path);
  },
};

/** The one way from a request to its wire: logs and checks the request, hands it to the wire, and answers its error. */
export class FrontDoor {
  readonly #log: RequestLogger;
  readonly #proxies: TrustedProxies;

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly authenticator: Authenticator,
  ) {
    this.#proxies = new TrustedProxies(config);
    this.#log = createRequestLogger(logger, this.#proxies);
  }

  /** The listener of a port: the first of the wires that has the path of a request handles it. */
  listenerOf(wires: readonly Wire[]): RequestListener {
    const guarded = wires.map((wire) => this.#guard(wire));
    const last = this.#guard(NO_WIRE);
    return (req, res) => {
      const target = splitTarget(req.url ?? '/');
      const found = guarded.find(({ wire }) => hasPath(wire, target.path)) ?? last;
      this.#serve(found, target, req, res).catch((error) => {
        // Not even the error could be answered.
        this.logger.error({ err: error }, 'request failed');
        res.destroy();
      });
    };
  }

  #guard(wire: Wire): GuardedWire {
    return { wire, guard: new RequestGuard(this.config, wire) };
  }

  async #serve(
    { wire, guard }: GuardedWire,
    { path: whole, query }: Target,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const path = wire.stripPrefix === undefined ? whole : whole.slice(wire.stripPrefix.length) || '/';
    const requestId = this.#log(req, res, wire.loggablePath?.(path) ?? path, wire.logFields);
    const request = new WireRequest(
      req,
      res,
      path,
      query,
      requestId,
      wire.headers ?? {},
      this.authenticator,
      this.#proxies,
    );
    try {
      const later = request.authenticate(wire.tokenHeader);
      // Most credentials are verified in the same turn, and their requests handled in it.
      if (later !== undefined) await later;
      if (guard.check(request) === 'allowed') await wire.handle(request);
    } catch (error) {
      logUnexpected(this.logger, error, requestId);
      sendErrorResponse(req, res, error, request.baseHeaders);
    }
  }
}

function hasPath({ path: own }: Wire, path: string): boolean {
  if (!path.startsWith(own)) return false;
  return own.endsWith('/') || path.length === own.length || path[own.length] === '/';
}
