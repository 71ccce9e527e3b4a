import { type LogId, parseLogId } from '../../core/log/log-id';
import { authorize } from '../access/authorize';
import { RequestError } from '../errors/request-error';
import type { WireRequest } from '../front/wire-request';

/** In which a runner sends the token of its job. */
export const TOKEN_HEADER = 'job-token';

/** A runner does not give up at the 401 of these. */
const REFUSED: ReadonlySet<string> = new Set(['UNAUTHENTICATED', 'TOKEN_INVALID', 'TOKEN_EXPIRED']);

/** Larger ones are not numbers of jobs. */
const JOB = /^[1-9]\d{0,18}$/;

/**
 * The stream of a job, which its token may write. A token with a prefix writes below it: `build-` makes the stream
 * `build-gitlab-job-42` of job 42.
 * @param token of the body, if no header has one
 * @throws RequestError `NOT_FOUND`, `FORBIDDEN`
 */
export async function authorizeJob(request: WireRequest, job = '', token?: string): Promise<LogId> {
  if (!JOB.test(job)) throw new RequestError('NOT_FOUND', 'The number of a job is a positive integer');
  try {
    if (token !== undefined) await request.useToken(token, TOKEN_HEADER);
    const { prefix } = authorize(request, 'produce');
    return parseLogId(`${prefix}gitlab-job-${job}`);
  } catch (error) {
    throw error instanceof RequestError && REFUSED.has(error.code)
      ? new RequestError('FORBIDDEN', 'The JOB-TOKEN is missing or not valid')
      : error;
  }
}
