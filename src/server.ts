import type { Config } from './config/config';
import { maskStore } from './config/mask';
import { PendingBytes } from './core/ingest/pending-bytes';
import { messageOf } from './core/log/errors';
import { resolvesWithin } from './core/scheduling/timeout';
import { type JanitorOptions, runJanitor } from './core/store/janitor';
import type { LogStore } from './core/store/store';
import type { Access } from './http/access/access';
import { type App, createApp } from './http/app';
import { ERROR_CODES } from './http/errors/error-table';
import type { ListenerReports } from './http/listener/listener';
import { openAccess } from './http/open-access';
import { openRelays, type Relays } from './http/relays';
import type { TokenSetting } from './http/tokens/token-setting';
import { type BoundAddress, Listeners } from './listeners';
import { Meters } from './metrics/meters';
import { type MetricsExchange, NoExchange } from './metrics/metrics-exchange';
import type { Logger } from './observe/logger';
import { reportJanitor } from './observe/report-janitor';
import { watchClock } from './observe/watch-clock';
import type { RelayContext } from './relay/nodes/relay-context';
import { openRelayContext } from './relay/open-relay-context';
import { type ServerGauges, ServerMetrics } from './server-metrics';
import { StartError } from './start-error';
import { openStore, relayPlaceOf, type StoreReports } from './storage/drivers';
import { MeteredStore } from './storage/metered-store';

/** How long the store may take to close when `stopTimeout` is used up, in milliseconds. */
const CLOSE_MS = 500;

interface RunningServer {
  /** The main port, for a client on this machine. */
  readonly url: string;
  /** Reads the tokens and the keys of links again. */
  reload(): void;
  /** Stops gracefully, within about `stopTimeout`. Later calls return the same promise. */
  close(): Promise<void>;
}

interface StartOptions {
  /** With the metrics of other processes. */
  readonly exchange?: MetricsExchange | undefined;
  /** The setting `tokens` in its files. */
  readonly tokenSetting?: TokenSetting | undefined;
}

/** Opens the store and the relays, listens, and starts the janitor. @throws StartError, ConfigError */
export async function startServer(
  config: Config,
  logger: Logger,
  { exchange = new NoExchange(), tokenSetting }: StartOptions = {},
): Promise<RunningServer> {
  const credentials = openAccess(config, logger, tokenSetting);
  const meters = new Meters(ERROR_CODES);
  const store = new MeteredStore(await open(config, logger), meters.store);
  const pending = new PendingBytes(config.limits.pendingTotal);
  const shared = { config, logger, pending, access: credentials.access, meters };
  const relayed = await openRelayed(shared).catch(async (error) => {
    await store.close();
    throw error;
  });
  const { relays } = relayed;
  const readMetrics = (): ReturnType<MetricsExchange['gather']> => exchange.gather();
  const app = createApp({ ...shared, credentials, store, readMetrics, wires: relays.wires });
  const listeners = new Listeners(config, listenerReports(config, logger, meters));
  const { port, address, url } = await listen(listeners, app, relays, config).catch(async (error) => {
    await listeners.stop();
    await Promise.all([relayed.close(), store.close()]);
    throw error;
  });
  const metrics = new ServerMetrics(config, store, meters, gaugesOf(app, listeners, relays, pending));
  exchange.offer(() => metrics.collect());
  const unwatch = [watchClock(logger), credentials.watch()];
  const stopJanitor = startJanitor(store, config, reportJanitor(logger, meters.store));
  for (const other of listeners.others) logListener(logger, other);
  logger.info({ url, address, port, store: maskStore(config.store) }, 'listening');
  let closing: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    logger.info('stopping');
    for (const end of unwatch) end();
    metrics.close();
    const drained = app.drain().catch((err) => logger.error({ err }, 'draining the producers failed'));
    relays.drain().catch((err) => logger.error({ err }, 'draining the relays failed'));
    const deadline = performance.now() + config.stopTimeout;
    await stopListeners(listeners, [drained, stopJanitor()], config.stopTimeout, logger);
    const isClosed = await closesBy(deadline, Promise.all([relayed.close(), store.close()]));
    logger.info(isClosed ? 'stopped' : 'stopped before the store was closed');
  };
  return {
    url,
    reload: () => credentials.reload(),
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

/** If the store is too slow, the process exits anyway. Acknowledged bytes survive that. */
function closesBy(deadline: number, closed: Promise<unknown>): Promise<boolean> {
  return resolvesWithin(Math.max(deadline - performance.now(), CLOSE_MS), closed);
}

function gaugesOf(app: App, listeners: Listeners, relays: Relays, pending: PendingBytes): ServerGauges {
  return {
    tails: () => app.tails(),
    pendingBytes: () => pending.bytes,
    connections: () => listeners.connections,
    relayWaiting: () => relays.waiting(),
  };
}

async function open(config: Config, logger: Logger): Promise<LogStore> {
  try {
    return await openStore(config, reportsTo(logger));
  } catch (cause) {
    throw new StartError(`The store ${maskStore(config.store)} cannot be opened: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function reportsTo(logger: Logger): StoreReports {
  return {
    warn: (message, details = {}) => logger.warn(details, message),
    alarm: (message, details = {}) => logger.error(details, message),
  };
}

interface Relayed {
  readonly relays: Relays;
  close(): Promise<void>;
}

/** What the relays and the wires share. */
interface Shared {
  readonly config: Config;
  readonly logger: Logger;
  readonly pending: PendingBytes;
  readonly access: Access;
  readonly meters: Meters;
}

async function openRelayed({ pending, ...shared }: Shared): Promise<Relayed> {
  const { config, logger } = shared;
  const { redis, relay: settings } = config;
  const { warn } = reportsTo(logger);
  let relay: RelayContext | undefined;
  try {
    relay = await openRelayContext(relayPlaceOf(config.store), { redis, relay: settings, pending, warn });
    const relays = await openRelays(relay, shared);
    return { relays, close: () => relays.close().finally(() => relay?.close()) };
  } catch (cause) {
    await relay?.close();
    throw new StartError(`The relays cannot be opened: ${messageOf(cause)}`, { cause });
  }
}

async function listen(listeners: Listeners, app: App, relays: Relays, config: Config): Promise<BoundAddress> {
  const bound = await listeners.open(app.handler, { port: config.port, host: config.host, option: '--port' });
  for (const entry of config.listeners) {
    const { serve } = entry;
    await listeners.openOther(entry, serve === 'metrics' ? app.metricsHandler : relays.listenerOf(serve));
  }
  return bound;
}

/** @returns a function that stops the janitor and resolves when its current task is done */
function startJanitor(
  store: LogStore,
  config: Config,
  report: JanitorOptions['report'],
): () => Promise<void> {
  const stopping = new AbortController();
  const { maxAge } = config.retention;
  const options = {
    intervalMs: config.janitor.interval,
    ...(maxAge !== undefined && { maxAgeMs: maxAge }),
    report,
  };
  const done = runJanitor(store, options, stopping.signal);
  return () => {
    stopping.abort();
    return done;
  };
}

/** Waits for every answer and for `work`. After `timeoutMs` connections are cut; `work` that waits for the store fails when that closes. */
async function stopListeners(
  listeners: Listeners,
  work: readonly Promise<void>[],
  timeoutMs: number,
  logger: Logger,
): Promise<void> {
  const stopped = listeners.stop();
  if (await resolvesWithin(timeoutMs, Promise.all([stopped, ...work]))) return;
  logger.warn('stopTimeout is over: open connections are cut');
  listeners.cut();
  await stopped;
}

function logListener(logger: Logger, { serve, url }: Listeners['others'][number]): void {
  if (serve === 'metrics') logger.info({ metrics: url }, 'listening for metrics');
  else logger.info({ relay: url, serve }, 'listening for a relay');
}

function listenerReports({ limits }: Config, logger: Logger, meters: Meters): ListenerReports {
  const warn = atMostOnceAMinute(() => {
    logger.warn({ connections: limits.connections }, 'too many connections: new ones are closed');
  });
  return {
    dropped() {
      meters.droppedConnections += 1;
      warn();
    },
    refused({ status, code }) {
      meters.wire('none').answers.of('other', 'other').count(status);
      meters.countRefused(code);
    },
  };
}

function atMostOnceAMinute(work: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - last < 60_000) return;
    last = performance.now();
    work();
  };
}
