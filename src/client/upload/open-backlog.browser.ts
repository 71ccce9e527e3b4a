import { LoomClientError } from '../wire/errors';
import { Backlog, type BacklogOptions } from './backlog';

/** A backlog in memory: the client for browsers is small. @throws LoomClientError `INVALID` with a spool */
export function openBacklog(options: BacklogOptions): Backlog {
  if (options.spool !== undefined)
    throw new LoomClientError('INVALID', 'the client for browsers takes no spool');
  return new Backlog(options);
}
