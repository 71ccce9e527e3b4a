import type { LiveSelection } from '../../../core/lines/live-selection';
import { type Selection, type Start, StartBeyondEnd, select } from '../../../core/lines/selection';
import { isLogError } from '../../../core/log/errors';
import type { LogInfo } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import { RequestError } from '../../errors/request-error';
import type { WireContext } from '../../front/wire';
import type { ResponseHeaders } from '../../headers/content-headers';
import { entityTag } from '../headers/entity-tag';
import { assertHeld } from '../headers/held-position';
import { hasBounds, type ReadRequest } from '../parameters/read-request';

/** What a response needs of a selection to follow the log with it. */
export interface FollowedSelection {
  readonly from: Offset;
  readonly live: LiveSelection;
  /** It depends on the times of the bytes. */
  readonly isTimed: boolean;
}

/** The bytes of a stream that a request selects. */
export interface SelectedBytes {
  readonly from: Offset;
  /** The end of what is stored and selected. */
  readonly to: Offset;
  /** Nothing that is still to come is selected. */
  readonly isComplete: boolean;
  /** Absent: all that follows `to`. */
  readonly live?: LiveSelection;
  readonly isTimed: boolean;
  /** Absent if the stream is not closed. */
  readonly etag: string | undefined;
  /** `X-Stream-Offset`, `X-Stream-Line` and `X-Stream-Lines`. */
  readonly headers: ResponseHeaders;
}

interface SelectOptions {
  /** That of the response: `lines` has the numbers of the lines in any case. */
  readonly format: 'bytes' | 'times' | 'lines';
  /** Aborts when the client leaves. */
  readonly signal: AbortSignal;
}

/**
 * Finds the bytes that a request selects without a look at the store: they begin at an offset that is committed, and have no end but that
 * of the stream.
 * @returns `undefined` for all other requests
 * @throws RequestError `STREAM_REPLACED`, `STREAM_LOST_BYTES`
 */
export function selectFromOffset(
  info: LogInfo,
  { start, bounds, generation }: ReadRequest,
): SelectedBytes | undefined {
  const from = plainOffset(start);
  if (from === undefined) return undefined;
  assertHeld(info, from, generation);
  if (from > info.tail || hasBounds(bounds)) return undefined;
  return {
    from,
    to: info.tail,
    isComplete: info.state === 'closed',
    isTimed: false,
    etag: entityTag(info),
    headers: { 'X-Stream-Offset': String(from) },
  };
}

/**
 * Finds the bytes that a request selects.
 * @throws RequestError `RANGE_NOT_SATISFIABLE`, `STREAM_REPLACED`, `STREAM_LOST_BYTES`; LogError; the signal's reason
 */
export async function selectBytes(
  wire: WireContext,
  info: LogInfo,
  read: ReadRequest,
  { format, signal }: SelectOptions,
): Promise<SelectedBytes> {
  const plain = selectFromOffset(info, read);
  if (plain !== undefined && format === 'bytes') return plain;
  const { start, bounds, generation } = read;
  const selection = await selectOrRefuse(wire, info, read, signal);
  const { from, to, isComplete, live } = selection;
  if (generation !== undefined && plainOffset(start) === undefined) assertHeld(info, from, generation);
  const isTimed = start?.kind === 'since' || bounds.until !== undefined;
  const etag = entityTag(info);
  return {
    from,
    to,
    isComplete,
    live,
    isTimed,
    // The bytes of `since=10m` are others at each request.
    etag: etag && isTimed ? etag.replace(/"$/, `-${from}-${to}"`) : etag,
    headers: {
      ...(selection.first !== undefined && { 'X-Stream-Offset': String(selection.first) }),
      ...(await lineHeaders(wire, info, { read, selection, format, signal })),
    },
  };
}

async function selectOrRefuse(
  { store, lines }: WireContext,
  info: LogInfo,
  { start, bounds }: ReadRequest,
  signal: AbortSignal,
): Promise<Selection> {
  try {
    return await select(store, lines, info, start, bounds, signal);
  } catch (error) {
    if (!(error instanceof StartBeyondEnd)) throw error;
    throw new RequestError(
      'RANGE_NOT_SATISFIABLE',
      `There is nothing at ${describe(start)}: the stream with ID ${info.id} is closed and has ${error.tail} bytes`,
      { 'Content-Range': `bytes */${error.tail}` },
    );
  }
}

interface Lines extends SelectOptions {
  readonly read: ReadRequest;
  readonly selection: Selection;
}

/** A stream may have lost other bytes than those that are selected: its lines cannot be counted then, but the answer can be sent. */
async function lineHeaders(wire: WireContext, info: LogInfo, asked: Lines): Promise<ResponseHeaders> {
  try {
    return await countedLines(wire, info, asked);
  } catch (error) {
    if (isLogError(error, 'STORE_DAMAGED')) return {};
    throw error;
  }
}

/** A request that names lines has them counted. One for or by times, or from the end, gets the numbers only if they are cheap. */
async function countedLines(
  { lines }: WireContext,
  info: LogInfo,
  { read: { start, bounds }, selection, format, signal }: Lines,
): Promise<ResponseHeaders> {
  const isAsked = format === 'lines' || start?.kind === 'line' || bounds.lines !== undefined;
  const mayKnow = format === 'times' || start?.kind === 'tail' || start?.kind === 'since';
  if (!isAsked && !mayKnow) return {};
  const count = await (isAsked ? lines.count(info, signal) : lines.knownCount(info, signal));
  if (count === undefined) return {};
  const { first, line } = selection;
  const isStored = first !== undefined && first <= info.tail;
  const begins = line ?? (isStored ? await lines.lineAt(info, first, signal) : undefined);
  return {
    ...(begins !== undefined && { 'X-Stream-Line': String(begins) }),
    'X-Stream-Lines': String(count.lines),
  };
}

/** The offset at which a request without any other start begins. */
function plainOffset(start: Start | undefined): Offset | undefined {
  if (start === undefined) return START;
  return start.kind === 'offset' && start.offset >= 0 ? advance(START, start.offset) : undefined;
}

function describe(start: Start | undefined): string {
  switch (start?.kind) {
    case 'line':
      return `line ${start.line}`;
    case 'offset':
      return `offset ${start.offset}`;
    default:
      return 'this start';
  }
}
