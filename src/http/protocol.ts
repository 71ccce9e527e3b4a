import type Router from '@koa/router';
import type { Config } from '../config/config';
import type { PendingBytes } from '../core/pending-bytes';
import type { LogStore } from '../core/store';
import type { Logger } from '../observe/logger';
import type { Attachments } from './attachments';
import type { Consumers } from './consumers';

/** What a wire's operations work with. */
export interface Wire {
  readonly store: LogStore;
  readonly config: Config;
  readonly logger: Logger;
  readonly attachments: Attachments;
  readonly consumers: Consumers;
  readonly pending: PendingBytes;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** One wire format. It parses requests, calls the core and renders answers; it keeps no state. */
export interface Protocol {
  routes(wire: Wire): Router;
}
