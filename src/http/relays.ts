import type { RequestListener } from 'node:http';
import type { Config, RelayName } from '../config/config';
import { RELAYS } from '../config/relay-options';
import type { Meters } from '../metrics/meters';
import type { Logger } from '../observe/logger';
import type { RelayContext } from '../relay/nodes/relay-context';
import type { Access } from './access/access';
import { authorize } from './access/authorize';
import { cama } from './cama';
import { FrontDoor } from './front/front-door';
import type { OpenRelaySystem, RelaySystem } from './front/relay-system';
import type { Wire } from './front/wire';
import { ISOLATION_HEADERS } from './headers/content-headers';
import { httpipe } from './httpipe';
import { packets } from './packets';
import { rendezvous } from './rendezvous';

/** By the names of their settings. */
const SYSTEMS: Readonly<Record<RelayName, OpenRelaySystem>> = { rendezvous, httpipe, cama, packets };

interface RelayDependencies {
  readonly config: Config;
  readonly logger: Logger;
  readonly access: Access;
  readonly meters: Meters;
}

/** The relay systems of a server, mounted on the main port or alone on their own. */
export interface Relays {
  /** Those of the main port. */
  readonly wires: readonly Wire[];
  /** For a port that serves this relay alone. */
  listenerOf(name: RelayName): RequestListener;
  /** How many requests wait for their counterpart, per relay. */
  waiting(): readonly (readonly [relay: RelayName, count: number])[];
  /** Answers all that wait with 503. Resolves when everything that was running has ended. */
  drain(): Promise<void>;
  close(): Promise<void>;
}

export async function openRelays(
  context: RelayContext,
  { config, logger, access, meters }: RelayDependencies,
): Promise<Relays> {
  const options = { waitersMax: config.relay.waiting, stalledMs: config.http.consumerTimeout };
  const systems = await Promise.all(
    RELAYS.map(async (name) => {
      const settings: RelaySettings = config[name];
      return { ...(await SYSTEMS[name]({ context, options, config, logger })), name, settings };
    }),
  );
  return {
    wires: systems
      .filter(({ settings }) => settings.enabled)
      .map((system) => ({ ...wireOf(system, true), path: system.path, stripPrefix: system.stripPrefix })),
    listenerOf(name) {
      const system = systems.find((one) => one.name === name);
      if (system === undefined) throw new Error(`There is no relay ${name}`);
      return new FrontDoor(config, logger, access, meters).listenerOf([wireOf(system, false)]);
    },
    waiting: () => systems.map((system) => [system.name, system.waiting()]),
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

/** The system as the only wire of a port. */
function wireOf(system: NamedSystem, isMounted: boolean): Wire {
  const { name, settings } = system;
  return {
    name,
    path: '/',
    route: `${system.path}/*`,
    takesByGet: true,
    headers: ISOLATION_HEADERS,
    logFields: { relay: name },
    loggablePath: (path) => system.loggablePath?.(path) ?? path,
    handle(request) {
      // It takes as long as its counterpart.
      request.record.isTimed = false;
      for (const [header, value] of Object.entries(request.baseHeaders)) request.res.setHeader(header, value);
      const authorizeRelay = (): void => {
        if (!settings.public) authorize(request, 'relay');
      };
      return system.handle(Object.assign(request, { isMounted, authorize: authorizeRelay }));
    },
  };
}
