import { isClientError, replaced } from '../wire/errors';
import { baseGeneration } from '../wire/lost-range';
import type { StreamInfo } from '../wire/stream-info';
import type { ReadPosition } from './read-position';
import { type ReadRequests, remainderOf } from './resolve-part';

/** How a followed stream ended. */
export interface FollowEnd extends Pick<StreamInfo, 'state' | 'outcome' | 'metadata'> {
  /** Present if the part that was asked for is at its end, and the stream may not be. */
  readonly isPart?: true;
}

/** What a read knows when an answer has ended. */
export interface AnsweredRead {
  readonly position: ReadPosition;
  readonly generation: string | undefined;
  /** Whether the answer has said that it is whole. `undefined` if its format has no such words. */
  readonly isEnded: boolean | undefined;
  /** The stream closed before the part began. */
  readonly isBeyondEnd: boolean;
  /** The stream when the part was resolved, if it is not followed beyond that. */
  readonly snapshot: StreamInfo | undefined;
}

/** Asks by HEAD whether the end of the answer was the end of the read: `fetch` does not expose trailers. */
export async function findEnd(
  requests: ReadRequests,
  read: AnsweredRead,
  signal: AbortSignal,
): Promise<FollowEnd | undefined> {
  const { position, isEnded, isBeyondEnd, snapshot } = read;
  if (isEnded === false && !isBeyondEnd) return undefined;
  if (snapshot !== undefined) return endOfSnapshot(snapshot, read);
  if (position.offset === undefined && isEnded === undefined) return endBeforeStart(requests, read, signal);
  if (position.hasBounds && isEnded === undefined) return endOfPart(requests, read, signal);
  const info = await requests.head(signal);
  assertSameStream(info.generation, read.generation);
  if (isBeyondEnd) return endOf(info);
  if (isEnded) return info.state === 'closed' && !position.hasBounds ? endOf(info) : partEndOf(info);
  return endOfBytes(info, read);
}

/** @throws LoomClientError `REPLACED` */
export function assertSameStream(generation: string | undefined, known: string | undefined): void {
  if (known === undefined) return;
  if (generation === undefined || baseGeneration(generation) !== baseGeneration(known)) throw replaced();
}

function endOfSnapshot(info: StreamInfo, { position, isEnded }: AnsweredRead): FollowEnd | undefined {
  if (!position.isOver && !isEnded) return undefined;
  return info.state === 'closed' && position.endsAt(info.bytes) ? endOf(info) : partEndOf(info);
}

async function endOfPart(
  requests: ReadRequests,
  { position, generation }: AnsweredRead,
  signal: AbortSignal,
): Promise<FollowEnd | undefined> {
  const { info, length } = await remainderOf(requests, position, signal);
  assertSameStream(info.generation, generation);
  if (info.state === 'closed' && position.offset === info.bytes) return endOf(info);
  return length === 0 ? partEndOf(info) : undefined;
}

/** The answer ended before the part began. */
async function endBeforeStart(
  requests: ReadRequests,
  { position, generation }: AnsweredRead,
  signal: AbortSignal,
): Promise<FollowEnd | undefined> {
  try {
    const { info, length } = await remainderOf(requests, position, signal);
    assertSameStream(info.generation, generation);
    if (length !== 0) return undefined;
    return info.state === 'closed' && !position.hasBounds ? endOf(info) : partEndOf(info);
  } catch (error) {
    if (!isClientError(error) || error.answerCode !== 'range_not_satisfiable') throw error;
    return endOf(await requests.head(signal));
  }
}

function endOfBytes(info: StreamInfo, { position, generation }: AnsweredRead): FollowEnd | undefined {
  const { offset = 0 } = position;
  // The server has lost bytes. The next request with an offset learns which.
  if (generation !== undefined && (info.generation !== generation || info.bytes < offset)) return undefined;
  if (info.bytes < offset) throw replaced();
  return info.state === 'closed' && info.bytes === offset ? endOf(info) : undefined;
}

function endOf({ state, outcome, metadata }: StreamInfo): FollowEnd {
  return { state, metadata, ...(outcome !== undefined && { outcome }) };
}

function partEndOf(info: StreamInfo): FollowEnd {
  return { ...endOf(info), isPart: true };
}
