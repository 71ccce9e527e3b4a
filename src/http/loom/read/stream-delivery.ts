import type { LogInfo } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { ResponseHeaders } from '../../headers/content-headers';

/** What to send to a consumer. */
export interface StreamDelivery {
  readonly info: LogInfo;
  readonly from: Offset;
  /** Headers beside those that the body needs. */
  readonly headers: ResponseHeaders;
}
