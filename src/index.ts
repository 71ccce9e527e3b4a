import { layerOf } from './config/layer';
import { configOf } from './config/load';
import { ConfigError } from './config/startup-errors';
import { createLogger } from './observe/logger';
import { startServer } from './server';
import { StartError } from './start-error';
import { isShared } from './storage/drivers';

export { ConfigError, StartError };

/** Settings as in a file for `loom --config`, such as `{ port: 0, store: 'memory:', limits: { streams: 100 } }`. */
export interface ServerSettings {
  /** Default 3060; 0 picks a free one. */
  readonly port?: number;
  /** Default `127.0.0.1`. */
  readonly host?: string;
  /** Default `file:./data`. */
  readonly store?: string;
  /** Any other one of `docs/settings.md`. What it may be is checked at the start. */
  readonly [setting: string]: unknown;
}

/** A server that runs in this process. */
export interface LoomServer {
  /** The main port, for a client on this machine. */
  readonly url: string;
  /** Stops gracefully, within about `stopTimeout`. Later calls return the same promise. */
  close(): Promise<void>;
}

/** An application has its own log: only warnings are written, unless the settings want more. */
const QUIET = { log: { level: 'warn' } };

/**
 * Starts a server in this process. `bin/loom` does more for a process that does nothing else: signals, workers, threads and memory.
 * @throws ConfigError for an invalid setting; StartError if the server cannot start, such as when its port is taken
 */
export async function startLoom(settings: ServerSettings = {}): Promise<LoomServer> {
  const layers = [layerOf(QUIET, 'the defaults'), layerOf(settings, 'the settings')];
  const config = configOf(layers, isShared);
  if (config.workers > 1)
    throw new ConfigError('the settings: workers must be 1 in a process with other work');
  return startServer(config, createLogger(config.log));
}
