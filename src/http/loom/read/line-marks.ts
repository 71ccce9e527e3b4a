import { MARKED_LINES_MAX } from '../../../core/lines/log-lines';
import type { LogInfo } from '../../../core/log/log';
import { wireGeneration } from '../../../core/log/loss';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import { assertKnownParameters } from '../../front/query';
import type { WholeContext } from '../../front/routes';
import type { WireContext } from '../../front/wire';
import { codedTag } from '../../headers/coded-tag';
import { assertPreconditions, isNotModified } from '../../headers/preconditions';
import { vary } from '../../headers/vary';
import { jsonBody } from '../../json/json-body';
import { jsonList } from '../../json/json-list';
import { representationOf } from '../headers/entity-tag';
import { streamHeaders } from '../headers/stream-headers';
import { parseStreamId } from '../headers/stream-id';
import { countParameter } from '../parameters/count';
import { setCompressibleJson } from './compressible-json';

const STEP_DEFAULT = 1_000;
const PARAMETERS = ['step', 'from'];

/** How many marks one answer has. */
const MARKS_MAX = 10_000;

interface MarkRequest {
  readonly step: number;
  readonly from: number;
}

/** `GET /stream/:id/index` and `HEAD`: where every thousandth line begins, for clients that read a stream in pieces. */
export async function sendLineMarks(ctx: WholeContext, wire: WireContext): Promise<void> {
  const id = parseStreamId(ctx.captures?.[0]);
  const { request } = ctx.state;
  authorize(request, 'consume', id);
  assertKnownParameters(request.query, PARAMETERS);
  const asked = {
    step: countParameter(request.query, 'step', { min: 1, max: MARKED_LINES_MAX }) ?? STEP_DEFAULT,
    from: countParameter(request.query, 'from', { min: 1 }) ?? 1,
  };
  const info = await requireLog(wire.store, id);
  assertSameGeneration(request, info);
  const present = representationOf(info, tagOf(info, asked));
  assertPreconditions(ctx.req, present);
  ctx.set({ ...streamHeaders(info, wire.config.http), 'Cache-Control': 'no-cache' });
  const { etag = '' } = present;
  const known = [etag, codedTag(etag, 'gzip')].find((one) => isNotModified(ctx.req, { etag: one }));
  if (known !== undefined) {
    ctx.set({ ETag: known, Vary: vary(ctx.res, 'Accept-Encoding') });
    ctx.status = 304;
    ctx.body = null;
    return;
  }
  ctx.set('ETag', etag);
  try {
    const signal = wire.consumers.signalOf(ctx.res);
    await setCompressibleJson(ctx, await marksJson(wire, info, asked, signal));
  } catch (error) {
    throw asGone(id, error);
  }
}

/** That of an open stream changes with every byte. */
function tagOf(info: LogInfo, { step, from }: MarkRequest): string {
  return `"${wireGeneration(info)}-${info.tail}-${info.state}-${step}-${from}"`;
}

/** Ten thousand marks are looked up, and rendered, in several turns. */
async function marksJson(
  { lines }: WireContext,
  info: LogInfo,
  { step, from }: MarkRequest,
  signal: AbortSignal,
): Promise<Buffer> {
  // Whole steps, so that the marks of the next answer go on with them.
  const span = step * Math.min(MARKS_MAX, Math.floor(MARKED_LINES_MAX / step));
  const marks = await lines.marks(info, step, from, signal, span);
  const count = await lines.count(info, signal);
  const { state, outcome, tail } = info;
  const before = {
    generation: wireGeneration(info),
    state,
    ...(outcome !== undefined && { outcome: outcome.kind }),
    bytes: tail,
    lines: count.lines,
    step,
  };
  const after = {
    ...(from + span <= count.lines && { next: from + span }),
    endsInNewline: count.endsInNewline,
  };
  const list = await jsonList(marks, ({ line, offset, at }) => [line, offset, at ?? null], signal);
  return Buffer.concat([
    Buffer.from(`${JSON.stringify(before).slice(0, -1)},"marks":`),
    ...list,
    Buffer.from(`,${jsonBody(after).slice(1)}`),
  ]);
}
