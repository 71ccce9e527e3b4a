import type { LogInfo } from '../../core/log/log';
import { advance, type Offset, parseOffset } from '../../core/log/offset';
import { continueIfExpected } from '../body/continue-if-expected';
import { RequestError } from '../errors/request-error';
import { assertKnownParameters } from '../front/query';
import { sendEmpty } from '../front/send-head';
import type { WireContext } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { assertIdentityEncoding } from '../headers/codings';
import { assertFitsLimit, receiveBody } from '../loom/write/receive-body';
import { authorizeJob } from './authorize-job';
import { jobHeaders } from './job-headers';
import { attachJob } from './job-log';

/** `PATCH /api/v4/jobs/:id/trace`: a runner sends the next part of a job's log. The first one makes the stream. */
export async function appendTrace(request: WireRequest, wire: WireContext, job?: string): Promise<void> {
  const { req, res, query } = request;
  const id = await authorizeJob(request, job, query.get('token') ?? undefined);
  // A runner says whether the log may have secrets in it.
  assertKnownParameters(query, ['debug_trace', 'token']);
  assertIdentityEncoding(req);
  const { start, end } = partOf(req.headers['content-range']);
  assertLength(req.headers['content-length'], end - start);
  const assertFits = (info: LogInfo | undefined): void => {
    if (start !== (info?.tail ?? 0)) throw elsewhere(start, info);
    assertFitsLimit(end, wire.config.limits.bytesPerStream, jobHeaders(info));
  };
  const info = await attachJob(wire, request, id, assertFits);
  continueIfExpected(req, res);
  const error = (): RequestError => outOfRange('goes on beyond', { ...info, tail: end });
  const after = await receiveBody(wire, request, info, 'leaves-open', { at: end, error });
  if (after === undefined) res.destroy();
  else if (after.tail < end) throw outOfRange('ends within', after);
  else sendEmpty(request, 202, jobHeaders(after));
}

interface TracePart {
  readonly start: Offset;
  /** Behind its last byte. */
  readonly end: Offset;
}

/** Parses `<first byte>-<last byte>`, without a unit. An empty part at 11 is `11-10`. @throws RequestError `HEADER_INVALID` */
function partOf(header = ''): TracePart {
  const [, first = '', last = ''] = /^(\d+)-(\d+)$/.exec(header) ?? [];
  const [start, lastByte] = [parseOffset(first), parseOffset(last)];
  if (start === undefined || lastByte === undefined || lastByte < start - 1)
    throw new RequestError('HEADER_INVALID', 'A trace needs Content-Range: <first byte>-<last byte>');
  return { start, end: advance(lastByte, 1) };
}

function assertLength(header: string | undefined, length: number): void {
  if (header === undefined || Number(header) === length) return;
  throw new RequestError(
    'LENGTH_MISMATCH',
    `Content-Range has ${length} bytes, and Content-Length is ${header}`,
  );
}

/** The runner goes on where the `Range` ends. */
function elsewhere(start: Offset, info: LogInfo | undefined): RequestError {
  const message = `The part begins at ${start}, but ${info?.tail ?? 0} bytes are there`;
  return new RequestError('RANGE_NOT_SATISFIABLE', message, { ...jobHeaders(info) });
}

/** Without a Content-Length this shows only once the body is here. What was within the range is stored: the runner goes on behind it. */
function outOfRange(how: string, info: LogInfo): RequestError {
  return new RequestError(
    'RANGE_NOT_SATISFIABLE',
    `The body ${how} its Content-Range; ${info.tail} bytes are there`,
    {
      ...jobHeaders(info),
    },
  );
}
