import type { RequestListener } from 'node:http';
import type { Config, RelayName } from '../config/config';
import { RELAYS } from '../config/relay-options';
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

/** By the names of their settings. */
const SYSTEMS: Readonly<Record<RelayName, OpenRelaySystem>> = { rendezvous, httpipe, cama, packets };

export interface Relays {
  /** For the main port: a path at or below that of an enabled relay goes to the relay, any other to `rest`. */
  mount(rest: RequestListener): RequestListener;
  /** For a port that serves this relay alone. */
  listenerOf(name: RelayName): RequestListener;
  /** Answers all that wait with 503. Resolves when everything that was running has ended. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export async function openRelays(context: RelayContext, config: Config, logger: Logger): Promise<Relays> {
  const options = { waitersMax: config.relay.waiting, stalledMs: config.http.consumerTimeout };
  const systems = await Promise.all(
    RELAYS.map(async (name) => {
      const settings: RelaySettings = config[name];
      return { name, settings, ...(await SYSTEMS[name]({ context, options, config, logger })) };
    }),
  );
  const serve = createServe(config, logger);
  const mounts = systems.filter(({ settings }) => settings.enabled);
  return {
    mount: (rest) => (req, res) => {
      const path = pathOf(req.url ?? '/');
      const system = mounts.find((one) => path === one.path || path.startsWith(`${one.path}/`));
      if (system === undefined) rest(req, res);
      else serve({ system, isMounted: true }, path.slice(system.stripPrefix?.length ?? 0) || '/', req, res);
    },
    listenerOf(name) {
      const system = systems.find((one) => one.name === name);
      if (system === undefined) throw new Error(`There is no relay ${name}`);
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

/** Every relay has these. */
interface RelaySettings {
  readonly enabled: boolean;
  /** Absent: the relay itself identifies its clients. */
  readonly public?: boolean;
}

interface NamedSystem extends RelaySystem {
  readonly name: RelayName;
  readonly settings: RelaySettings;
}

interface Served {
  readonly system: NamedSystem;
  readonly isMounted: boolean;
}

type Serve = (served: Served, path: string, ...exchange: Parameters<RequestListener>) => void;

function createServe(config: Config, logger: Logger): Serve {
  const accessOf = createAuthenticator(config.tokens);
  const log = createRequestLogger(logger);
  const door = new FrontDoor(config, accessOf);
  return ({ system, isMounted }, path, req, res) => {
    const query = new URLSearchParams((req.url ?? '').split('?', 2)[1]);
    const requestId = log(req, res, system.loggablePath?.(path) ?? path, { relay: system.name });
    for (const [name, value] of Object.entries(ISOLATION_HEADERS)) res.setHeader(name, value);
    res.setHeader('X-Request-Id', requestId);
    const authorize = (): void => {
      if (!system.settings.public)
        assertAllowed(accessOf(req, query.get('access_token') ?? undefined), 'relay');
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
