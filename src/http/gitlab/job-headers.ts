import type { LogInfo } from '../../core/log/log';
import type { ResponseHeaders } from '../headers/content-headers';
import { jobStatusOf } from './job-status';

/** How many seconds a runner waits between two parts of a trace. GitLab asks for 3 while the job is being watched, and for 60 otherwise. */
const UPDATE_INTERVAL_SECONDS = 3;

/** The headers of every answer about a job. A `Range` ends behind the last byte that is there, unlike that of RFC 9110. */
export function jobHeaders(info: LogInfo | undefined): ResponseHeaders {
  return {
    ...(info !== undefined && { 'Job-Status': jobStatusOf(info) }),
    Range: `0-${info?.tail ?? 0}`,
    'X-GitLab-Trace-Update-Interval': String(UPDATE_INTERVAL_SECONDS),
    'Cache-Control': 'no-store',
  };
}
