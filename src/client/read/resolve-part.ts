import type { Endpoint } from '../wire/endpoint';
import { isClientError, isRetryable, notOfLoom } from '../wire/errors';
import { olderServer } from '../wire/older-server';
import { type BufferedResponse, countHeader } from '../wire/response';
import { parseStreamInfo, type StreamInfo } from '../wire/stream-info';
import type { ReadPosition } from './read-position';

/** The requests of a read beside those for its bytes. */
export interface ReadRequests {
  readonly endpoint: Endpoint;
  readonly id: string;
  /** The state of the stream. */
  head(signal: AbortSignal): Promise<StreamInfo>;
  /** Reads a short answer. @throws LoomClientError unless it is a success */
  ask(
    method: string,
    url: URL,
    signal: AbortSignal,
    headers?: Readonly<Record<string, string>>,
    timeoutMs?: number,
  ): Promise<BufferedResponse>;
}

/** The state of a stream and the length of the part that is still to be read, if it has one. */
interface PartInfo {
  readonly info: StreamInfo;
  readonly length: number | undefined;
}

/**
 * Resolves the lines and times at which a part begins and, unless it is followed, those at which it ends.
 * @throws LoomClientError `REFUSED` also if the server does not know parts of streams
 */
export async function resolvePart(
  requests: ReadRequests,
  position: ReadPosition,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): Promise<StreamInfo> {
  const query = { ...position.query, ...(!follow && { notail: true as const }) };
  const answer = await headOf(requests, query, signal);
  const from = countHeader(answer.headers, 'X-Stream-Offset');
  if (from === undefined && !position.isPlain) await assertKnowsParts(requests, answer, signal);
  position.beginAt(from);
  const info = parseStreamInfo(requests.id, answer);
  if (follow) return info;
  position.beginAt(info.bytes);
  position.endAt((position.offset ?? 0) + lengthOf(answer));
  return info;
}

function lengthOf({ headers }: BufferedResponse): number {
  const length = countHeader(headers, 'Content-Length');
  if (length === undefined) throw notOfLoom('Content-Length');
  return length;
}

/** What is left of a part. A part that is whole has the length 0. @throws LoomClientError */
export async function remainderOf(
  requests: ReadRequests,
  position: ReadPosition,
  signal: AbortSignal,
): Promise<PartInfo> {
  const answer = await headOf(requests, position.query, signal);
  return {
    info: parseStreamInfo(requests.id, answer),
    length: countHeader(answer.headers, 'Content-Length'),
  };
}

/** An answer that is compressed would have no length. */
async function headOf(
  { endpoint, id, ask }: ReadRequests,
  query: Parameters<Endpoint['stream']>[1],
  signal: AbortSignal,
): Promise<BufferedResponse> {
  const url = endpoint.stream(id, query);
  const headers = { 'Accept-Encoding': 'identity' };
  try {
    return await ask('HEAD', url, signal, headers);
  } catch (error) {
    if (!isClientError(error) || isRetryable(error)) throw error;
    // The answer to a HEAD has no sentence. That to a GET of nothing has the same error, with one.
    await ask('GET', endpoint.stream(id, { ...query, lines: undefined, length: 0, notail: true }), signal);
    throw error;
  }
}

/** A server that ignores the parameters would answer with the whole stream. */
async function assertKnowsParts(
  { endpoint, id, ask }: ReadRequests,
  { headers }: BufferedResponse,
  signal: AbortSignal,
): Promise<void> {
  // Both are absent if the part begins at a line that is still to come.
  if (headers.has('X-Stream-Lines')) return;
  const whole = await ask('HEAD', endpoint.stream(id), signal);
  if (whole.headers.has('X-Stream-Offset')) return;
  throw olderServer('lines and times of a stream');
}
