import { Backlog, type BacklogOptions } from './backlog';
import { SpoolingBacklog } from './spooling-backlog';

/** A backlog in memory, and beyond that in the spool if there is one. */
export function openBacklog(options: BacklogOptions): Backlog {
  const { spool } = options;
  return spool === undefined ? new Backlog(options) : new SpoolingBacklog(spool, options);
}
