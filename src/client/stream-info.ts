import { LoomClientError } from './errors';
import { tryParseJson } from './json';
import { type BufferedResponse, uploadOffset } from './response';
import { parseStreamState, type StateAndOutcome } from './stream-state';

/** What `HEAD` says of a stream. */
export interface StreamInfo extends StateAndOutcome {
  readonly id: string;
  /** How many bytes are committed. */
  readonly bytes: number;
  /** Parsed JSON; `undefined` when the stream has none. */
  readonly metadata: unknown;
  readonly contentType: string;
  /** Names the life of the id, and what the server has lost of it. To be given back with an offset. */
  readonly generation: string | undefined;
}

/** @throws LoomClientError `REFUSED` when that is no Loom's answer */
export function parseStreamInfo(id: string, { headers }: BufferedResponse): StreamInfo {
  const state = parseStreamState(headers.get('X-Stream-State'));
  const bytes = uploadOffset(headers);
  if (state === undefined || bytes === undefined) {
    throw new LoomClientError('REFUSED', 'the server does not say what state the stream is in');
  }
  const contentType = headers.get('Content-Type') ?? 'application/octet-stream';
  const generation = headers.get('X-Stream-Generation') ?? undefined;
  const metadata = tryParseJson(headers.get('X-Stream-Metadata') ?? '');
  return { id, ...state, bytes, metadata, contentType, generation };
}

/** Whether the server has left the metadata out because it is too large for a header. */
export function lacksMetadata({ headers }: BufferedResponse): boolean {
  return headers.has('X-Stream-Metadata-Bytes');
}
