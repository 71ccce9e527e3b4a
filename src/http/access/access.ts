import type { AuditLog } from './audit-log';
import type { Authenticator } from './authenticator';
import type { LiveRequests } from './live-requests';

/** The check of credentials that all ports of a server share. */
export interface Access {
  readonly authenticator: Authenticator;
  readonly live: LiveRequests;
  readonly audit: AuditLog;
}
