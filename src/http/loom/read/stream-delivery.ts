import type { LogInfo } from '../../../core/log/log';
import type { ResponseHeaders } from '../../headers/content-headers';
import type { SelectedBytes } from './select-bytes';

/** What to send to a consumer. */
export interface StreamDelivery {
  readonly info: LogInfo;
  readonly selected: SelectedBytes;
  /** Headers beside those that the body needs. */
  readonly headers: ResponseHeaders;
}
