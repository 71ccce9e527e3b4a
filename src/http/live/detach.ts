import type { ServerResponse } from 'node:http';
import type { Logger } from '../../observe/logger';
import { isAbortError } from '../errors/abort-error';
import { cut } from '../errors/cut';
import { isOperational } from '../errors/error-response';

/** Continues work without its handler, which would keep its request and promises. The head is out: a failure cuts the connection. */
export function detach(res: ServerResponse, logger: Logger, work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (!isOperational(error) && !isAbortError(error)) logger.error({ err: error }, 'a live response failed');
    if (isAbortError(error)) res.destroy();
    else cut(res, 'failed');
  });
}
