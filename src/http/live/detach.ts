import type { ServerResponse } from 'node:http';
import type { Logger } from '../../observe/logger';
import { isAbortError } from '../errors/abort-error';
import { isOperational } from '../errors/error-response';

/**
 * Continues work on a response without its handler. A handler that waits keeps its request and a chain of promises, for each consumer
 * that waits at a tail. The head is out, so that a failure can only cut the connection.
 */
export function detach(res: ServerResponse, logger: Logger, work: Promise<void>): void {
  work.catch((error: unknown) => {
    if (!isOperational(error) && !isAbortError(error)) logger.error({ err: error }, 'a live response failed');
    res.destroy();
  });
}
