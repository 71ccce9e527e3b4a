import type { Connections } from '../../../redis/connections';
import type { Retry } from '../../../redis/failures/retry';
import type { LogScripts } from './log-scripts';
import type { RedisStoreSettings } from './options';

export interface RedisStoreContext {
  readonly connections: Connections;
  readonly settings: RedisStoreSettings;
  readonly scripts: LogScripts;
  /** Aborts when the store closes. */
  readonly stopping: AbortSignal;
  /** Retries for at most as long as one command may take. */
  readonly retry: Retry;
}
