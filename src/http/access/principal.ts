import type { TokenScope } from '../../config/config';
import { SCOPES } from '../../config/tokens';
import type { RateLimits } from './rate-limits';

/** Who sends a request, and what they may do: what every kind of credential comes down to. */
export interface Principal {
  readonly kind: 'anonymous' | 'token' | 'link';
  /** Names it in the log, such as the name of a token. It is never a secret. */
  readonly name: string;
  readonly scopes: ReadonlySet<TokenScope>;
  /** It reaches only streams whose id begins with this. Empty: all. */
  readonly prefix: string;
  /** It reaches this stream only. */
  readonly stream?: StreamRestriction;
  /** How fast its requests may be. Absent: as fast as any. */
  readonly rates?: RateLimits;
  /** Until when its requests are accepted and its live connections stay open, in Unix milliseconds. */
  readonly until?: number;
  /**
   * Which credential it has, such as `token:<digest>`. Requests with the same one share their rate limits, and are cut together when it
   * is withdrawn. It is never logged.
   */
  readonly credential?: string;
}

/** The one stream that a principal reaches. */
interface StreamRestriction {
  readonly id: string;
  /** Absent: any generation of the id. */
  readonly generation?: string;
}

/** Of each request to a server that needs no credentials. */
export const ANONYMOUS: Principal = {
  kind: 'anonymous',
  name: 'anonymous',
  scopes: new Set(SCOPES),
  prefix: '',
};
