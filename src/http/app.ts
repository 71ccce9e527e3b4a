import { setMaxListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import type { Config } from '../config/config';
import type { PendingBytes } from '../core/ingest/pending-bytes';
import { CountThreads } from '../core/lines/count-threads';
import { COUNTS_AT_ONCE } from '../core/lines/line-index-cache';
import { LogLines } from '../core/lines/log-lines';
import { Searches } from '../core/search/searches';
import type { LogStore } from '../core/store/store';
import { Digests } from '../digest/digests';
import type { Meters } from '../metrics/meters';
import type { WireName } from '../metrics/wire-name';
import type { Logger } from '../observe/logger';
import { about } from './about';
import { durable } from './durable';
import { events } from './events';
import { FrontDoor } from './front/front-door';
import type { OpenWire, Wire } from './front/wire';
import { gitlab } from './gitlab';
import { health, readiness } from './health';
import { Consumers } from './live/consumers';
import { ProducerConnections } from './live/producer-connections';
import { loom } from './loom';
import { matches } from './matches';
import { metricsWire, type ReadMetrics } from './metrics';
import { type OpenedAccess, openAccess } from './open-access';
import { spy } from './spy';
import { withPages } from './web';
import { readWebFiles } from './web/web-files';

const WIRES: readonly (readonly [name: WireName, open: OpenWire])[] = [
  ['durable', durable],
  ['loom', loom],
  ['matches', matches],
  ['spy', spy],
  ['events', events],
  ['gitlab', gitlab],
  ['about', about],
  ['health', health],
  ['health', readiness],
];

interface AppDependencies {
  readonly store: LogStore;
  readonly config: Config;
  readonly logger: Logger;
  /** Shared with whatever else brings bytes to the store. */
  readonly pending: PendingBytes;
  readonly meters: Meters;
  /** What `/metrics` shows. */
  readonly readMetrics: ReadMetrics;
  /** Shared with the ports of the relays. Default: one of its own. */
  readonly credentials?: OpenedAccess;
  /** Wires that are open already. They come first. */
  readonly wires?: readonly Wire[];
  /** Reads the web pages. Default: those that were built. */
  readonly readPages?: typeof readWebFiles;
}

/** The HTTP side of a server: what handles its requests, and what ends it. */
export interface App {
  readonly handler: RequestListener;
  /** For a port that serves `/metrics` alone. */
  readonly metricsHandler: RequestListener;
  /** How many responses follow a stream. */
  tails(): number;
  /** Cuts consumers, and producers after their last committed byte. Resolves when what the producers left is recorded. */
  drain(): Promise<void>;
}

export function createApp({
  wires = [],
  readPages = readWebFiles,
  readMetrics,
  ...dependencies
}: AppDependencies): App {
  const { store, config, logger, meters, credentials = openAccess(config, logger) } = dependencies;
  const stopping = new AbortController();
  // Every producer that waits for the store listens to it. Node would take eleven of them for a leak.
  setMaxListeners(0, stopping.signal);
  const producers = new ProducerConnections(store);
  const consumers = new Consumers();
  const counts = new CountThreads(COUNTS_AT_ONCE);
  const lines = new LogLines(store, { cacheBytes: config.lines.cache, counter: counts.count });
  const searches = new Searches(config.search);
  const { patterns, cache: cacheBytes } = config.digest;
  const digests = new Digests({ store, lines, searches, patterns, cacheBytes });
  const files = readPages();
  const hasPages = files !== undefined;
  const context = {
    ...dependencies,
    lines,
    searches,
    digests,
    producers,
    consumers,
    hasPages,
    links: credentials.links,
    stopping: stopping.signal,
  };
  const opened = WIRES.map(([name, open]) => open({ ...context, meter: meters.wire(name) }));
  const all = [...opened, metricsWire(readMetrics, 'token')];
  const frontDoor = new FrontDoor(config, logger, credentials.access, meters);
  return {
    handler: frontDoor.listenerOf([...wires, ...withPages(all, files)]),
    metricsHandler: frontDoor.listenerOf([metricsWire(readMetrics, 'public')]),
    tails: () => consumers.tails,
    async drain() {
      stopping.abort();
      consumers.cutAll();
      await Promise.all([producers.cutAll(), searches.close(), counts.close()]);
    },
  };
}
