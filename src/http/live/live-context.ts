import type { Config } from '../../config/config';
import type { LogStore } from '../../core/store/store';
import type { WireMeter } from '../../metrics/wire-meter';
import type { Logger } from '../../observe/logger';
import type { Consumers } from './consumers';

export interface LiveContext {
  readonly store: LogStore;
  readonly config: Config;
  readonly logger: Logger;
  readonly consumers: Consumers;
  readonly meter: WireMeter;
}
