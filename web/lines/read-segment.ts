import { Segment } from './segment';
import type { SendRequest } from './send-request';
import { pathOf } from './stream-path';
import { TimestampedLines } from './timestamped-lines';

/** A block of usual lines has a quarter of it. */
export const MAX_SEGMENT_BYTES = 262_144;

export interface LinesWanted {
  readonly id: string;
  /** The lines must be those of this generation. */
  readonly generation: string | undefined;
  readonly first: number;
  /** Without it, from the begin of the log on: the server need not count its lines for that. */
  readonly count?: number;
  /** Reads no more than this, and leaves the last line torn. */
  readonly maxBytes?: number;
  readonly keptLineBytes?: number;
}

/**
 * Reads lines from the server: as many as are wanted, or as fit into `maxBytes`, of which there is at least a part of one.
 * A last line without its LF is there only if the stream is closed, or if it is asked for.
 * @throws ApiError; an `AbortError` of the signal
 */
export async function readSegment(
  send: SendRequest,
  wanted: LinesWanted,
  signal: AbortSignal,
  takesUnfinished = false,
): Promise<Segment> {
  const { id, generation, first, count, maxBytes = MAX_SEGMENT_BYTES } = wanted;
  const part = count === undefined ? { offset: 0, length: maxBytes + 1 } : { line: first, lines: count };
  const ended = new AbortController();
  const response = await send(pathOf(id, '', { ...part, generation, notail: true, timestamps: true }), {
    signal: AbortSignal.any([signal, ended.signal]),
  });
  const offset = Number(response.headers.get('X-Stream-Offset') ?? 0);
  const segment = new Segment(first, offset, wanted.keptLineBytes);
  await fill(segment, response, maxBytes);
  ended.abort();
  const isClosed = takesUnfinished || response.headers.get('X-Stream-State')?.startsWith('closed') === true;
  if (segment.isTorn && segment.count > 1) segment.dropLast();
  else if (segment.isOpen && !segment.isTorn && !isClosed) segment.dropLast();
  segment.seal();
  return segment;
}

async function fill(segment: Segment, response: Response, maxBytes: number): Promise<void> {
  const reader = response.body?.getReader();
  if (reader === undefined) return;
  const lines = new TimestampedLines(segment);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    lines.feed(value);
    if (segment.endOffset - segment.offset <= maxBytes) continue;
    segment.isTorn = segment.isOpen;
    return;
  }
}
