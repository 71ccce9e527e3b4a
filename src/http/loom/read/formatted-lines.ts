import type { LogInfo } from '../../../core/log/log';
import { assertRangeIntact } from '../../../core/store/damage';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { contentHeaders, LIVE_HEADERS, type ResponseHeaders } from '../../headers/content-headers';
import { assertPreconditions } from '../../headers/preconditions';
import { signalUntilClosed } from '../../live/consumers';
import { markLongLivedAtTail } from '../../live/long-lived';
import type { ReadRequest } from '../parameters/read-request';
import { begunLineOf } from './begun-line-of';
import { FormattedResponse } from './formatted-response';
import { NdjsonWriter } from './ndjson-writer';
import { selectBytes } from './select-bytes';
import { contentTypeOf } from './stream-format';
import { TimestampedText } from './timestamped-text';

/** A request whose answer has the lines of a stream with their times. */
export interface FormattedDelivery {
  readonly info: LogInfo;
  readonly read: ReadRequest;
  readonly format: 'times' | 'lines';
  readonly headers: ResponseHeaders;
}

/** Sends what is selected of a stream as NDJSON, or as text with timestamps. Both are live, and have neither an ETag nor ranges. */
export async function sendFormattedLines(
  request: WireRequest,
  wire: WireContext,
  { info, read, format, headers }: FormattedDelivery,
): Promise<void> {
  const { req, res } = request;
  const { isNotail } = read;
  const signal = signalUntilClosed(res);
  const selected = await selectBytes(wire, info, read, { format, signal });
  assertPreconditions(req, { id: info.id });
  const { from, to } = selected;
  const begun = await begunLineOf(wire, info, { read, from, signal });
  const line = format === 'lines' ? await wire.lines.lineAt(info, from, signal) : undefined;
  if (from < to || info.state === 'closed') await assertRangeIntact(wire.store, info, from, to);
  const hasTrailer = req.method !== 'HEAD' && req.httpVersionMinor > 0;
  sendHead(request, 200, {
    ...headers,
    ...selected.headers,
    ...contentHeaders(contentTypeOf(format, info)),
    ...LIVE_HEADERS,
    ...(hasTrailer && { Trailer: 'X-Stream-State' }),
  });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  markLongLivedAtTail(res, info, from);
  const { id, generation } = info;
  const writer =
    line === undefined
      ? new TimestampedText(res, from, begun)
      : new NdjsonWriter(wire, res, { id, generation }, { offset: from, line, begun });
  new FormattedResponse(wire, res, info, writer, { selected, isNotail }).begin();
}
