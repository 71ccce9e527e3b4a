import type { LogInfo } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { ResponseHeaders } from '../../headers/content-headers';

/** What a consumer is sent. */
export interface StreamDelivery {
  readonly info: LogInfo;
  readonly from: Offset;
  /** Those that the answer carries beside what its body needs. */
  readonly headers: ResponseHeaders;
}
