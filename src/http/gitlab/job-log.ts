import { isLogError } from '../../core/log/errors';
import type { LogInfo } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import { RequestError } from '../errors/request-error';
import type { WireContext } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { releaseLog } from '../loom/write/attached-log';
import { jobHeaders } from './job-headers';

/**
 * Takes the log of a job over, or makes it. Between two requests of a runner it waits as long as for any producer that can resume.
 * @param assertFits called with what is there, before another request is cut, and once the log is taken over
 * @throws RequestError `FORBIDDEN` if the job is finished; what `assertFits` throws
 */
export async function attachJob(
  wire: WireContext,
  request: WireRequest,
  id: LogId,
  assertFits: (info: LogInfo | undefined) => void,
): Promise<LogInfo> {
  const present = await wire.store.info(id);
  assertRunning(present);
  assertFits(present);
  const info = present === undefined ? await create(wire, request, id) : await attach(wire, present);
  try {
    assertFits(info);
  } catch (error) {
    await releaseLog(wire, info, 'open');
    throw error;
  }
  return info;
}

/** A runner that gets 403 gives up, as it should. */
export function assertRunning(info: LogInfo | undefined): void {
  if (info?.state !== 'closed') return;
  throw new RequestError('FORBIDDEN', 'The job is finished: its stream is closed', jobHeaders(info));
}

async function create(wire: WireContext, request: WireRequest, id: LogId): Promise<LogInfo> {
  const { traceparent } = request.record;
  const init = {
    contentType: 'text/plain; charset=utf-8',
    graceMs: wire.config.resumeGrace,
    ...(traceparent !== undefined && { traceparent }),
  };
  try {
    request.principal().rates?.assertMayCreate();
    const { info } = await wire.store.create(id, init, 'new');
    request.audit('stream created', info);
    return info;
  } catch (error) {
    const present = isLogError(error, 'LOG_EXISTS') ? await wire.store.info(id) : undefined;
    if (present === undefined) throw error;
    return attach(wire, present);
  }
}

async function attach({ store, config }: WireContext, info: LogInfo): Promise<LogInfo> {
  try {
    return await store.change(info, { kind: 'attach', graceMs: config.resumeGrace });
  } catch (error) {
    if (isLogError(error, 'LOG_SEALED')) assertRunning(await store.info(info.id));
    throw error;
  }
}
