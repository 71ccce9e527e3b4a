import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { Config } from '../../config/config';
import type { Meters } from '../../metrics/meters';
import type { WireMeter } from '../../metrics/wire-meter';
import type { Logger } from '../../observe/logger';
import type { Access } from '../access/access';
import { logUnexpected } from '../errors/error-response';
import { sendErrorResponse } from '../errors/send-error-response';
import { routeNotFound } from '../errors/shared-errors';
import { TrustedProxies } from '../proxies/trusted-proxies';
import { countRequest } from './count-request';
import { logRequest } from './log-requests';
import { splitTarget, type Target } from './origin-form';
import { RequestGuard } from './request-guard';
import { createRequestIds, type RequestIds } from './request-id';
import { RequestRecord } from './request-record';
import type { Wire } from './wire';
import { WireRequest } from './wire-request';

interface GuardedWire {
  readonly wire: Wire;
  readonly guard: RequestGuard;
  readonly meter: WireMeter;
}

/** Handles the requests whose path no wire has. */
const NO_WIRE: Wire = {
  name: 'none',
  path: '/',
  handle(request) {
    request.principal();
    throw routeNotFound(request.path);
  },
};

/** The one way from a request to its wire: logs, counts and checks the request, hands it to the wire, and answers its error. */
export class FrontDoor {
  readonly #idOf: RequestIds = createRequestIds();
  readonly #shared: { readonly access: Access; readonly proxies: TrustedProxies };

  constructor(
    private readonly config: Config,
    private readonly logger: Logger,
    private readonly access: Access,
    private readonly meters: Meters,
  ) {
    this.#shared = { access, proxies: new TrustedProxies(config) };
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
    return { wire, guard: new RequestGuard(this.config, wire), meter: this.meters.wire(wire.name) };
  }

  async #serve(
    guarded: GuardedWire,
    { path: whole, query }: Target,
    req: IncomingMessage,
    res: ServerResponse,
  ): Promise<void> {
    const { wire, guard } = guarded;
    const path = wire.stripPrefix === undefined ? whole : whole.slice(wire.stripPrefix.length) || '/';
    const record = new RequestRecord(req, {
      path: wire.loggablePath?.(path) ?? path,
      requestId: this.#idOf(req),
      client: this.#shared.proxies.addressOf(req),
      route: wire.route,
    });
    res.on('close', () => {
      logRequest(this.logger, record, res, guarded.wire.logFields);
      countRequest(this.meters, guarded.meter, record, res);
    });
    const request = new WireRequest(req, res, path, query, record, wire.headers ?? {}, this.#shared);
    try {
      const later = request.authenticate(wire.tokenHeader);
      // Most credentials are verified in the same turn, and their requests handled in it.
      if (later !== undefined) await later;
      record.who = request.who;
      if (guard.check(request) === 'allowed') await wire.handle(request);
    } catch (error) {
      logUnexpected(this.logger, error, record.requestId);
      this.access.audit.refused(error, request.who, record);
      sendErrorResponse(req, res, error, request.baseHeaders);
    }
  }
}

function hasPath({ path: own }: Wire, path: string): boolean {
  if (!path.startsWith(own)) return false;
  return own.endsWith('/') || path.length === own.length || path[own.length] === '/';
}
