import type { JsonValue } from '../../core/json/json';
import { isLogError } from '../../core/log/errors';
import { type LogInfo, writerOf } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import type { Change } from '../../core/store/change';
import { readWholeBody } from '../body/whole-body';
import { RequestError } from '../errors/request-error';
import { assertKnownParameters } from '../front/query';
import { sendEmpty } from '../front/send-head';
import type { WireContext } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { releaseLog } from '../loom/write/attached-log';
import { persistWithRetry } from '../loom/write/persist-with-retry';
import { authorizeJob } from './authorize-job';
import { jobHeaders } from './job-headers';
import { assertRunning, attachJob } from './job-log';
import { jobStatusOf } from './job-status';
import { type JobUpdate, parseJobUpdate } from './job-update';

/** A few hundred bytes are usual. */
const BODY_LIMITS = { bytes: 64 * 1024, pace: { slackMs: 10_000, bytesPerSecond: 1_024 } };

/** `PUT /api/v4/jobs/:id`: a runner says that its job still runs although it prints nothing, or how it ended, which ends the stream. */
export async function updateJob(request: WireRequest, wire: WireContext, job?: string): Promise<void> {
  assertKnownParameters(request.query, []);
  const update = parseJobUpdate((await readWholeBody(request.req, request.res, BODY_LIMITS)).toString());
  const id = await authorizeJob(request, job, update.token);
  const present = await wire.store.info(id);
  const isRepeated = present?.outcome?.kind === 'complete' && jobStatusOf(present) === update.state;
  const info = isRepeated ? present : await apply(wire, request, id, update);
  sendEmpty(request, 200, jobHeaders(info));
}

async function apply(
  wire: WireContext,
  request: WireRequest,
  id: LogId,
  update: JobUpdate,
): Promise<LogInfo> {
  const info = await attachJob(wire, request, id, (present) => assertComplete(present, update));
  if (update.state === 'running') {
    await releaseLog(wire, info, 'open');
    return info;
  }
  return end(wire, info, update);
}

/** Of a log that lacks bytes the runner sends the rest again, once it knows where that begins. */
function assertComplete(info: LogInfo | undefined, { state, bytes = 0 }: JobUpdate): void {
  const tail = info?.tail ?? 0;
  if (state === 'running' || bytes <= tail) return;
  const message = `The log has ${bytes} bytes at the runner, and ${tail} are here`;
  throw new RequestError('PRECONDITION_FAILED', message, { ...jobHeaders(info) });
}

async function end(wire: WireContext, info: LogInfo, update: JobUpdate): Promise<LogInfo> {
  const { log, epoch } = writerOf(info);
  const record = (change: Change): Promise<LogInfo> =>
    persistWithRetry(() => wire.store.change(log, change), wire.stopping);
  try {
    await record({ kind: 'annotate', epoch, patch: metadataOf(update) });
    return await record({ kind: 'seal', epoch, outcome: { kind: 'complete' } });
  } catch (error) {
    if (isLogError(error, 'LOG_SEALED')) assertRunning(await wire.store.info(log.id));
    throw error;
  }
}

/** As `stream run` writes it. A runner does not always know the exit code of a job that has failed. */
function metadataOf({ state, exitCode, failureReason }: JobUpdate): JsonValue {
  const isSuccess = state === 'success';
  return {
    exitCode: exitCode ?? (isSuccess ? 0 : 1),
    ...(!isSuccess && failureReason !== undefined && { failureReason }),
  };
}
