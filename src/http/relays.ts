import type { RequestListener } from 'node:http';
import type { Config, RelayName } from '../config/config';
import type { Logger } from '../observe/logger';
import type { RelayContext } from '../relay/nodes/relay-context';
import { cama } from './cama';
import { logUnexpected } from './errors/error-response';
import { assertAllowed, createAuthenticator } from './front/access';
import { FrontDoor } from './front/front-door';
import { createRequestLogger } from './front/log-requests';
import { originForm } from './front/origin-form';
import type { OpenRelaySystem, RelayRequest, RelaySystem } from './front/relay-system';
import { sendErrorResponse } from './front/send-error-response';
import { ISOLATION_HEADERS } from './headers/content-headers';
import { httpipe } from './httpipe';
import { packets } from './packets';
import { rendezvous } from './rendezvous';

const SYSTEMS: readonly OpenRelaySystem[] = [rendezvous, httpipe, cama, packets];

export interface Relays {
  /** The main port: what lies at the path of a relay is the relay's, everything else goes to `rest`. */
  mount(rest: RequestListener): RequestListener;
  /** A port of its own. */
  listenerOf(name: RelayName): RequestListener;
  /** Ends what waits, with 503. Resolves when everything that was running is over. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export async function openRelays(relay: RelayContext, config: Config, logger: Logger): Promise<Relays> {
  const systems = await Promise.all(SYSTEMS.map((open) => open({ relay, config, logger })));
  const serve = server(config, logger);
  const mounts = systems.filter(({ name }) => config[name].enabled);
  return {
    mount: (rest) => (req, res) => {
      const path = pathOf(req.url ?? '/');
      const system = mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`));
      if (system === undefined) rest(req, res);
      else serve({ system, isMounted: true }, path.slice(system.stripPrefix.length) || '/', req, res);
    },
    listenerOf(name) {
      const system = systems.find((one) => one.name === name);
      if (system === undefined) throw new Error(`there is no relay ${name}`);
      return (req, res) => serve({ system, isMounted: false }, pathOf(req.url ?? '/'), req, res);
    },
    async drain() {
      await Promise.all(systems.map((system) => system.drain()));
    },
    async close() {
      await Promise.all(systems.map((system) => system.close()));
    },
  };
}

interface Served {
  readonly system: RelaySystem;
  readonly isMounted: boolean;
}

type Serve = (served: Served, path: string, ...exchange: Parameters<RequestListener>) => void;

function server(config: Config, logger: Logger): Serve {
  const accessOf = createAuthenticator(config.tokens);
  const log = createRequestLogger(logger);
  const door = new FrontDoor(config, accessOf);
  return ({ system, isMounted }, path, req, res) => {
    const query = new URLSearchParams((req.url ?? '').split('?', 2)[1]);
    const requestId = log(req, res, system.loggablePath(path), { relay: system.name });
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) res.setHeader(name, value);
    res.setHeader('X-Request-Id', requestId);
    const authorize = (): void => {
      const isPublic = system.name !== 'packets' && config[system.name].public;
      if (!isPublic) assertAllowed(accessOf(req, query.get('access_token') ?? undefined), 'relay');
    };
    const request: RelayRequest = { req, res, path, query, isMounted, requestId, authorize };
    const work = async (): Promise<void> => {
      if (!door.checkRequest(req, res, requestId, 'relay')) await system.handle(request);
    };
    work().catch((error: unknown) => {
      logUnexpected(logger, error, requestId);
      sendErrorResponse(req, res, error, {});
    });
  };
}

function pathOf(url: string): string {
  return originForm(url).split('?', 1)[0] ?? '/';
}
