import type { LogInfo } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { LogStore } from '../../../core/store/store';
import { isClosed } from '../context/shared-headers';
import { findBoundary } from '../json/message-boundaries';

/** The bytes [from, to) of a stream, for one answer. */
export interface ReadChunk {
  readonly from: Offset;
  readonly to: Offset;
  /** The stream has nothing after `to` at this moment. */
  readonly isUpToDate: boolean;
  /** The stream is closed and ends at `to`. */
  readonly isEnd: boolean;
}

/** About `bytesMax` bytes. Of a JSON stream: whole messages, at least one if there is any. */
export async function selectChunk(
  store: LogStore,
  info: LogInfo,
  from: Offset,
  bytesMax: number,
): Promise<ReadChunk> {
  const limit = advance(from, Math.min(bytesMax, info.tail - from));
  if (limit === info.tail || info.framing !== 'json') return toReadChunk(info, from, limit);
  return toReadChunk(info, from, (await findBoundary(store, info, limit)) ?? info.tail);
}

/** A range of the stream as it is described by `info`. */
export function toReadChunk(info: LogInfo, from: Offset, to: Offset): ReadChunk {
  const isUpToDate = to === info.tail;
  return { from, to, isUpToDate, isEnd: isUpToDate && isClosed(info) };
}
