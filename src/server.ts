import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from './config/config';
import { maskStore } from './config/mask';
import { messageOf } from './core/errors';
import { runJanitor } from './core/janitor';
import type { LogStore } from './core/store';
import { createApp } from './http/app';
import { Listener } from './listener';
import type { Logger } from './observe/logger';
import { reportJanitor } from './observe/report-janitor';
import { StartError, whyNot } from './start-error';
import { openStore, type StoreOptions } from './storage/open';

/** What the store has at least to close in, in milliseconds, when `stopTimeout` has been used up before. */
const CLOSE_MS = 500;

export interface RunningServer {
  readonly port: number;
  /** The address that it listens on. */
  readonly address: string;
  /** Where a client on this machine reaches it. */
  readonly url: string;
  /** Stops in good order, within about `stopTimeout`. Called again, it returns the same promise. */
  close(): Promise<void>;
}

/** Opens the store, listens, and looks after the streams. @throws StartError */
export async function startServer(config: Config, logger: Logger): Promise<RunningServer> {
  const store = await open(config, logger);
  const app = createApp({ store, config, logger });
  const listener = new Listener(
    app.handler,
    config,
    atMostOnceAMinute(() => {
      logger.warn({ connections: config.limits.connections }, 'too many connections: new ones are closed');
    }),
  );
  const { port, address } = await listen(listener, config).catch(async (error) => {
    await store.close();
    throw error;
  });
  const stopJanitor = startJanitor(store, config, logger);
  const url = `http://${reachable(config.host)}:${port}`;
  logger.info({ url, address, port, store: maskStore(config.store) }, 'listening');

  let closing: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    logger.info('stopping');
    const drained = app.drain().catch((err) => logger.error({ err }, 'ending the producers failed'));
    const deadline = performance.now() + config.stopTimeout;
    await hangUp(listener, [drained, stopJanitor()], config.stopTimeout, logger);
    // What is acknowledged survives a process that ends like this, too.
    const late = delay(Math.max(deadline - performance.now(), CLOSE_MS), 'late', { ref: false });
    const closed = await Promise.race([store.close(), late]);
    logger.info(closed === 'late' ? 'stopped before the store was closed' : 'stopped');
  };
  return {
    port,
    address,
    url,
    close() {
      closing ??= stop();
      return closing;
    },
  };
}

/** @throws StartError */
async function open(config: Config, logger: Logger): Promise<LogStore> {
  try {
    return await openStore(config.store, storeOptions(config, logger));
  } catch (cause) {
    throw new StartError(`The store ${maskStore(config.store)} cannot be opened: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function storeOptions({ limits, files, redis }: Config, logger: Logger): StoreOptions {
  return {
    logsMax: limits.streams,
    files: {
      durability: files.durability,
      syncIntervalMs: files.syncInterval,
      openFilesMax: files.openFiles,
    },
    redis: {
      commandTimeoutMs: redis.commandTimeout,
      patienceMs: redis.patience,
      nodeLeaseMs: redis.nodeLease,
      followedPerConnection: redis.followedPerConnection,
      allowEviction: redis.allowEviction,
    },
    warn: (message, details = {}) => logger.warn(details, message),
  };
}

async function listen(listener: Listener, { port, host }: Config): ReturnType<Listener['listen']> {
  try {
    return await listener.listen(port, host);
  } catch (cause) {
    throw new StartError(`Cannot listen on port ${port} of ${host}: ${whyNot(cause)}`, { cause });
  }
}

/** @returns stops it, and resolves when it is done with what it was at. */
function startJanitor(store: LogStore, config: Config, logger: Logger): () => Promise<void> {
  const stopping = new AbortController();
  const { maxAge } = config.retention;
  const options = {
    intervalMs: config.janitor.interval,
    ...(maxAge !== undefined && { maxAgeMs: maxAge }),
    report: reportJanitor(logger),
  };
  const done = runJanitor(store, options, stopping.signal);
  return () => {
    stopping.abort();
    return done;
  };
}

/**
 * Lets requests have their answers and `work` be done; after `timeoutMs` whoever is still there is cut, and what is still waiting
 * for a store that is away is left to the store's end.
 */
async function hangUp(
  listener: Listener,
  work: readonly Promise<void>[],
  timeoutMs: number,
  logger: Logger,
): Promise<void> {
  const over = new AbortController();
  const stopped = listener.stop();
  const inTime = Promise.all([stopped, ...work]).then(() => true);
  const late = delay(timeoutMs, false, { signal: over.signal }).catch(() => false);
  if (!(await Promise.race([inTime, late]))) {
    logger.warn('stopTimeout is over: what is still under way is cut');
    listener.cut();
    await stopped;
  }
  over.abort();
}

/** What a client on this machine has to say instead of "every address". */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}

function atMostOnceAMinute(work: () => void): () => void {
  let last = Number.NEGATIVE_INFINITY;
  return () => {
    if (performance.now() - last < 60_000) return;
    last = performance.now();
    work();
  };
}
