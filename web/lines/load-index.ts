import type { Checkpoints } from './checkpoints';
import type { SendRequest } from './send-request';
import { pathOf } from './stream-path';

/** `GET /stream/:id/index`. */
interface StreamIndex {
  readonly generation: string;
  readonly state: 'open' | 'interrupted' | 'closed';
  readonly bytes: number;
  readonly lines: number;
  readonly marks: readonly (readonly [line: number, offset: number, time: number | null])[];
  readonly next?: number;
  readonly endsInNewline: boolean;
}

/** What is known of a stream at the moment of its index. */
export type IndexedStream = Pick<
  StreamIndex,
  'generation' | 'state' | 'bytes' | 'lines' | 'endsInNewline' | 'next'
>;

/** Loads one part of the index into the checkpoints. `next` is the `from` of the rest. @throws ApiError */
export async function loadIndex(
  send: SendRequest,
  id: string,
  from: number,
  checkpoints: Checkpoints,
  signal: AbortSignal,
): Promise<IndexedStream> {
  const response = await send(pathOf(id, '/index', { from: from > 1 ? from : undefined }), { signal });
  const { marks, ...stream } = (await response.json()) as StreamIndex;
  for (const [line, offset] of marks) checkpoints.add(line, offset);
  return stream;
}
