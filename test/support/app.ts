import { PendingBytes } from '../../src/core/ingest/pending-bytes';
import type { LogStore } from '../../src/core/store/store';
import { type App, createApp } from '../../src/http/app';
import { Meters } from '../../src/metrics/meters';
import { createLogger, type Logger } from '../../src/observe/logger';
import { configFrom } from './config';

const SILENT = createLogger({ level: 'silent', format: 'json' });

/** The application over a store, with the default settings but for `settings`. */
export function appOver(store: LogStore, logger: Logger = SILENT, settings: object = {}): App {
  const config = configFrom(settings);
  const pending = new PendingBytes(config.limits.pendingTotal);
  return createApp({ store, config, logger, pending, meters: new Meters(), readMetrics: async () => [] });
}
