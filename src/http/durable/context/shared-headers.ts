import type { AllowedOrigins, Config } from '../../../config/config';
import type { LogInfo } from '../../../core/log/log';
import type { LogHistory } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import type { ResponseHeaders } from '../../headers/content-headers';
import { offsetToken } from '../headers/offset-token';

type OriginSettings = Pick<Config, 'durable' | 'http'>;

/** Which pages may use this wire from a browser. */
export function allowedOrigins({ durable, http }: OriginSettings): AllowedOrigins {
  return durable.allowOrigin ?? http.allowOrigin;
}

/** What every answer of this wire carries (PROTOCOL.md, 12.7). Only where every page may read it may every page embed it. */
export function sharedHeaders(config: OriginSettings): ResponseHeaders {
  return {
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': allowedOrigins(config) === 'any' ? 'cross-origin' : 'same-origin',
  };
}

/** How a reader or writer stands to the stream after this answer. */
export function positionHeaders(
  life: Pick<LogHistory, 'losses'>,
  next: Offset,
  isClosed: boolean,
): ResponseHeaders {
  const at = { 'Stream-Next-Offset': offsetToken(life, next) };
  return isClosed ? { ...at, 'Stream-Closed': 'true' } : at;
}

export function isClosed(info: LogInfo): boolean {
  return info.state === 'closed';
}
