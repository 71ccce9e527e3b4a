import type Router from '@koa/router';
import type { Config } from '../../config/config';
import type { PendingBytes } from '../../core/ingest/pending-bytes';
import type { LogStore } from '../../core/store/store';
import type { Logger } from '../../observe/logger';
import type { Consumers } from '../live/consumers';
import type { ProducerConnections } from '../live/producer-connections';

/** What a wire's operations work with. */
export interface WireContext {
  readonly store: LogStore;
  readonly config: Config;
  readonly logger: Logger;
  readonly producers: ProducerConnections;
  readonly consumers: Consumers;
  readonly pending: PendingBytes;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** One wire format. It parses requests, calls the core and renders answers; it keeps no state. */
export interface Protocol {
  routes(wire: WireContext): Router;
}
