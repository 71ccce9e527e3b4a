import type { AllowedOrigins, Config } from '../../../config/config';
import type { LogInfo } from '../../../core/log/log';
import type { LogHistory } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import type { ResponseHeaders } from '../../headers/content-headers';
import { offsetToken } from '../headers/offset-token';

type OriginSettings = Pick<Config, 'durable' | 'http'>;

/** The pages that may use this wire from a browser. */
export function allowedOrigins({ durable, http }: OriginSettings): AllowedOrigins {
  return durable.allowOrigin ?? http.allowOrigin;
}

/** Every answer of this wire carries them (PROTOCOL.md, 12.7). Every page may embed it only if every page may read it. */
export function sharedHeaders(config: OriginSettings): ResponseHeaders {
  return {
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Resource-Policy': allowedOrigins(config) === 'any' ? 'cross-origin' : 'same-origin',
  };
}

/** The position of a reader or writer after this answer. */
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
