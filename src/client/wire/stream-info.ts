import { notOfLoom } from './errors';
import { tryParseJson } from './json';
import { type BufferedResponse, uploadOffset } from './response';
import { parseStreamState, type StateAndOutcome } from './stream-state';

/** The state of a stream, as HEAD returns it. */
export interface StreamInfo extends StateAndOutcome {
  readonly id: string;
  /** How many bytes are committed. */
  readonly bytes: number;
  /** Parsed JSON; `undefined` if the stream has none. */
  readonly metadata: unknown;
  readonly contentType: string;
  /** Identifies the stream's bytes. It changes when the stream is replaced or loses bytes. Send it together with an offset. */
  readonly generation: string | undefined;
}

/** @throws LoomClientError `REFUSED` if the answer lacks Loom's headers */
export function parseStreamInfo(id: string, { headers }: BufferedResponse): StreamInfo {
  const state = parseStreamState(headers.get('X-Stream-State'));
  const bytes = uploadOffset(headers);
  if (state === undefined || bytes === undefined) {
    throw notOfLoom('X-Stream-State');
  }
  const contentType = headers.get('Content-Type') ?? 'application/octet-stream';
  const generation = headers.get('X-Stream-Generation') ?? undefined;
  const metadata = tryParseJson(headers.get('X-Stream-Metadata') ?? '');
  return { id, ...state, bytes, metadata, contentType, generation };
}

/** Whether the server omitted the metadata because it is too large for a header. */
export function lacksMetadata({ headers }: BufferedResponse): boolean {
  return headers.has('X-Stream-Metadata-Bytes');
}
