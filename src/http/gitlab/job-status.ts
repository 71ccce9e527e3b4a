import type { LogInfo } from '../../core/log/log';

/** The state of a job, as a runner of GitLab knows it. */
export type JobStatus = 'running' | 'success' | 'failed';

/** A running job has an open stream, also if its runner was lost and may come back. */
export function jobStatusOf({ state, outcome, metadata }: LogInfo): JobStatus {
  if (state !== 'closed') return 'running';
  const members = typeof metadata === 'object' ? metadata : {};
  const { exitCode } = { exitCode: undefined, ...members };
  return outcome?.kind === 'complete' && exitCode === 0 ? 'success' : 'failed';
}
