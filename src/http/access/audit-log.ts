import type { LogInfo } from '../../core/log/log';
import type { Logger } from '../../observe/logger';
import { ERROR_TABLE } from '../errors/error-table';
import { RequestError, type RequestErrorCode } from '../errors/request-error';
import type { Principal } from './principal';

/** A request as the audit names it. */
interface AuditedRequest {
  readonly requestId: string;
  /** The address of the client. */
  readonly client: string | undefined;
  readonly method: string;
  /** As it may be logged. */
  readonly path: string;
}

/** What is done to a stream, as far as it is on record: `forced` replaces one that was there. */
export type AuditedChange = 'stream created' | 'stream forced' | 'stream deleted' | 'link created';

/** What refuses a credential that was given. */
const REFUSALS: ReadonlySet<string> = new Set<RequestErrorCode>([
  'TOKEN_INVALID',
  'TOKEN_EXPIRED',
  'FORBIDDEN',
  'LINK_INVALID',
  'LINK_KEY_UNKNOWN',
  'LINK_EXPIRED',
  'LINK_OTHER_STREAM',
  'LINK_REPLACED',
]);

/** Records in the log who changed which stream, and which credentials were refused. A credential itself is never in it. */
export class AuditLog {
  constructor(private readonly logger: Pick<Logger, 'audit'>) {}

  changed(
    what: AuditedChange,
    { id, generation }: Pick<LogInfo, 'id'> & Partial<Pick<LogInfo, 'generation'>>,
    { kind, name }: Principal,
    { requestId, client }: AuditedRequest,
  ): void {
    this.logger.audit({ audit: what, who: name, by: kind, client, id, generation, requestId }, what);
  }

  /** Records an error if it refuses a credential. */
  refused(
    error: unknown,
    who: string | undefined,
    { requestId, client, method, path }: AuditedRequest,
  ): void {
    if (!(error instanceof RequestError) || !REFUSALS.has(error.code)) return;
    const what = 'token refused';
    const why = ERROR_TABLE[error.code].code;
    this.logger.audit({ audit: what, why, who, client, method, path, requestId }, what);
  }
}
