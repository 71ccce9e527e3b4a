import type { AllowedOrigins, Config } from '../../../config/config';
import type { LogInfo } from '../../../core/log/log';
import type { LogHistory } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import type { DirectRequest } from '../../front/serve-directly';
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

/** Writes the head; the headers of one answer come after those that all have. */
export class DurableResponder {
  readonly #shared: ResponseHeaders;

  constructor(config: OriginSettings) {
    this.#shared = sharedHeaders(config);
  }

  head(
    { res, requestId }: DirectRequest,
    status: number,
    headers: Readonly<Record<string, string | number>>,
  ): void {
    res.writeHead(status, { 'X-Request-Id': requestId, ...this.#shared, ...headers });
  }

  /** An answer without a body. */
  empty(exchange: DirectRequest, status: number, headers: ResponseHeaders): void {
    // RFC 9110, 8.6: a 204 has no length.
    this.head(
      exchange,
      status,
      status === 204 || status === 304 ? headers : { 'Content-Length': '0', ...headers },
    );
    exchange.res.end();
  }
}
