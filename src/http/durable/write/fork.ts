import type { IncomingHttpHeaders } from 'node:http';
import { isLogError } from '../../../core/log/errors';
import type { ForkPoint, LogInfo } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import { hasLostForkedBytes } from '../../../core/log/loss';
import { advance, type Offset } from '../../../core/log/offset';
import type { LogStore } from '../../../core/store/store';
import { RequestError } from '../../errors/request-error';
import { requireLog } from '../../errors/require-log';
import { parseStreamPath, STREAM_PATH_PREFIX } from '../context/stream-path';
import { assertSegment } from '../headers/assert-segment';
import { parseOffsetToken, type SegmentOffset } from '../headers/offset-token';
import { assertBoundary, findBoundary } from '../json/message-boundaries';

/** What a request says of the stream that it wants to go on from (PROTOCOL.md, 4.2). */
export interface ForkRequest {
  readonly source: LogId;
  /** Left out, it is the source's tail. */
  readonly at: SegmentOffset | undefined;
  /** So many messages of a JSON stream, or bytes of any other, beyond `at`. */
  readonly subOffset: number;
}

/** @throws RequestError `HEADER_INVALID`, LogError `LOG_ID_INVALID` */
export function parseFork(headers: IncomingHttpHeaders): ForkRequest | undefined {
  const source = headers['stream-forked-from'];
  const at = headers['stream-fork-offset'];
  const beyond = headers['stream-fork-sub-offset'];
  if (source === undefined) {
    if (at === undefined && beyond === undefined) return undefined;
    throw new RequestError(
      'HEADER_INVALID',
      'Stream-Fork-Offset and Stream-Fork-Sub-Offset need a Stream-Forked-From',
    );
  }
  const path = String(source);
  if (!path.startsWith(STREAM_PATH_PREFIX)) {
    throw new RequestError(
      'HEADER_INVALID',
      `Stream-Forked-From must be the path of a stream's URL: ${STREAM_PATH_PREFIX}…`,
    );
  }
  return {
    source: parseStreamPath(path),
    at: at === undefined ? undefined : parseOffsetToken(String(at), 'Stream-Fork-Offset'),
    subOffset: beyond === undefined ? 0 : parseBeyond(String(beyond)),
  };
}

function parseBeyond(raw: string): number {
  const value = /^(0|[1-9]\d{0,15})$/.test(raw) ? Number(raw) : Number.NaN;
  if (Number.isSafeInteger(value)) return value;
  throw new RequestError('HEADER_INVALID', 'Stream-Fork-Sub-Offset must be a plain decimal number');
}

/** @throws LogError `LOG_NOT_FOUND`; RequestError `ID_RETIRED` for one that was deleted while forks of it live */
export async function forkSource(store: LogStore, { source }: ForkRequest): Promise<LogInfo> {
  try {
    return await requireLog(store, source);
  } catch (error) {
    if (!isLogError(error, 'LOG_RETIRED')) throw error;
    throw new RequestError(
      'ID_RETIRED',
      `The stream with ID ${source} was deleted, and lives on only in its forks`,
    );
  }
}

/** @throws RequestError `HEADER_INVALID` when the source has no such place, `BYTES_LOST` */
export async function forkPoint(store: LogStore, source: LogInfo, head: ForkRequest): Promise<ForkPoint> {
  if (head.at !== undefined) assertSegment(source, head.at, 'Stream-Fork-Offset');
  const at = head.at?.offset ?? source.tail;
  if (at > source.tail)
    throw new RequestError('HEADER_INVALID', 'Stream-Fork-Offset is beyond the end of the stream');
  await assertBoundary(store, source, at, 'Stream-Fork-Offset');
  const place = await beyond(store, source, at, head.subOffset);
  if (place === undefined) {
    throw new RequestError('HEADER_INVALID', 'Stream-Fork-Sub-Offset is beyond the end of the stream');
  }
  return { source: { id: source.id, generation: source.generation }, at: place };
}

/** Whether an existing fork is the requested one. Its source may be gone; if not, it must still be the stream that was forked. */
export async function isSameFork(
  store: LogStore,
  fork: LogInfo,
  head: ForkRequest | undefined,
): Promise<boolean> {
  const { forkedFrom } = fork;
  if (forkedFrom === undefined || head === undefined) return forkedFrom === head;
  if (forkedFrom.source.id !== head.source || (await isAnotherSource(store, fork, forkedFrom))) return false;
  if (head.at === undefined) return head.subOffset === 0;
  const { offset } = head.at;
  if (offset > forkedFrom.at) return false;
  return (await beyond(store, fork, offset, head.subOffset)) === forkedFrom.at;
}

/** Whether the source's id belongs to another stream now, or the source has lost bytes that the fork has. */
async function isAnotherSource(store: LogStore, fork: LogInfo, { source, at }: ForkPoint): Promise<boolean> {
  const present = await infoIfReadable(store, source.id);
  if (present === undefined) return false;
  return present.generation !== source.generation || hasLostForkedBytes(present, fork, at);
}

async function infoIfReadable(store: LogStore, id: LogId): Promise<LogInfo | undefined> {
  try {
    return await store.info(id);
  } catch (error) {
    if (isLogError(error, 'LOG_RETIRED') || isLogError(error, 'STORE_DAMAGED')) return undefined;
    throw error;
  }
}

async function beyond(
  store: LogStore,
  info: LogInfo,
  at: Offset,
  count: number,
): Promise<Offset | undefined> {
  if (count === 0) return at;
  // A message has two bytes at least, with its line feed: what cannot be there is not looked for.
  if (info.framing === 'json' && 2 * count > info.tail - at) return undefined;
  if (info.framing === 'json') return findBoundary(store, info, at, count);
  return count <= info.tail - at ? advance(at, count) : undefined;
}
