import { ApiError } from '../shell/api-error';
import type { StreamFacts } from './log-source';
import type { SendRequest } from './send-request';
import { pathOf } from './stream-path';

/** A stream as `GET /stream/:id/info` describes it. */
export interface StreamInfo {
  readonly id: string;
  readonly state: StreamFacts['state'];
  readonly outcome?: string;
  readonly reason?: string;
  readonly bytes: number;
  readonly metadata: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly contentType: string;
  readonly losses?: readonly { readonly from: number; readonly to: number }[];
}

export function factsOf(info: StreamInfo, generation: string | undefined): StreamFacts {
  const { id, state, outcome, reason, metadata, contentType, losses = [] } = info;
  return {
    id,
    generation,
    state,
    outcome,
    reason,
    metadata,
    contentType,
    createdAt: Date.parse(info.createdAt),
    updatedAt: Date.parse(info.updatedAt),
    losses,
  };
}

/** The facts, and how many bytes the stream had at that moment. */
export interface LoadedFacts {
  readonly facts: StreamFacts;
  readonly bytes: number;
}

/**
 * @param generation that of the bytes that are known
 * @throws ApiError, as that of a read with this generation, if it is not the present one
 */
export async function loadFacts(
  send: SendRequest,
  id: string,
  generation: string | undefined,
  signal: AbortSignal,
): Promise<LoadedFacts> {
  const response = await send(pathOf(id, '/info'), { signal });
  const present = response.headers.get('X-Stream-Generation') ?? generation;
  const info = (await response.json()) as StreamInfo;
  if (generation !== undefined && present !== generation) throw otherGeneration(generation, present);
  return { facts: factsOf(info, present), bytes: info.bytes };
}

/** `<uuid>.<number>`: the stream is the same, and has lost bytes. */
function otherGeneration(known: string, present: string | undefined): ApiError {
  const isSame = known.split('.')[0] === present?.split('.')[0];
  const code = isSame ? 'bytes_lost' : 'stream_replaced';
  return new ApiError(409, code, 'The stream is not the one that was loaded', { generation: present });
}
