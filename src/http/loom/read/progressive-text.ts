import { concatChunks } from '../../../core/bytes/concat-chunks';
import type { LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { advance, type Offset, START } from '../../../core/log/offset';
import { assertRangeIntact } from '../../../core/store/damage';
import type { LogStore } from '../../../core/store/store';
import { assertSameGeneration, authorize } from '../../access/authorize';
import { asGone, requireLog } from '../../errors/require-log';
import { assertKnownParameters } from '../../front/query';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS } from '../../headers/content-headers';
import { finish } from '../../live/finish';
import { sendPages } from '../../live/send-pages';
import { touchLog } from '../../live/touch-log';
import { streamHeaders } from '../headers/stream-headers';
import { countParameter } from '../parameters/count';

const [LF, CR] = [0x0a, 0x0d];

/** A longer unfinished line is sent in pieces. */
const UNFINISHED_BYTES_MAX = 64 * 1024;

/**
 * `GET /stream/:id/progressiveText?start=N` and `HEAD`, as Jenkins has it for the log of a build: the bytes from `start` on that there are, without
 * an unfinished line while more may come. `X-Text-Size` is the next `start`.
 */
export async function sendProgressiveText(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  authorize(request, 'consume', id);
  assertKnownParameters(request.query, ['start']);
  const start = countParameter(request.query, 'start', { min: 0 }) ?? 0;
  const info = await requireLog(wire.store, id);
  assertSameGeneration(request, info);
  try {
    await touchLog(wire.store, info);
    // A client that is beyond the end has read another log: Jenkins begins anew for it.
    const from = advance(START, start > info.tail ? 0 : start);
    const until = info.state === 'closed' ? info.tail : await endOfLines(wire.store, info, from);
    await send(request, wire, info, from, until);
  } catch (error) {
    throw asGone(id, error);
  }
}

async function send(
  request: WireRequest,
  wire: WireContext,
  info: LogInfo,
  from: Offset,
  until: Offset,
): Promise<void> {
  const writeHead = (): void =>
    sendHead(request, 200, {
      ...streamHeaders(info, wire.config.http),
      ...contentHeaders('text/plain; charset=utf-8'),
      ...LIVE_HEADERS,
      'X-Text-Size': String(until),
      ...(info.state !== 'closed' && { 'X-More-Data': 'true' }),
      'Content-Length': until - from,
    });
  if (request.req.method === 'HEAD' || from === until) {
    await assertRangeIntact(wire.store, info, from, until);
    writeHead();
  } else await sendPages(wire, request.res, info, { from, until, writeHead });
  finish(request.res, wire.config.http.consumerTimeout);
}

/** Behind the last line that is finished. A carriage return ends a line as well: a progress bar has no others. */
async function endOfLines(store: LogStore, info: LogInfo, from: Offset): Promise<Offset> {
  const { tail } = info;
  const begin = advance(START, Math.max(from, tail - UNFINISHED_BYTES_MAX));
  const parts: Buffer[] = [];
  for (let at = begin; at < tail; ) {
    const page = await store.read(info, at, tail - at, tail);
    const bytes = concatChunks(page.chunks).subarray(0, tail - at);
    if (bytes.length === 0) break;
    parts.push(bytes);
    at = advance(at, bytes.length);
  }
  const bytes = Buffer.concat(parts);
  const end = Math.max(bytes.lastIndexOf(LF), bytes.lastIndexOf(CR)) + 1;
  return end === 0 && begin > from ? tail : advance(begin, end);
}
