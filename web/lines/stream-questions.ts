import type { Style } from '../ansi/span';
import { ApiError } from '../shell/api-error';
import { lineOf } from './line-view';
import type { LogLine } from './log-line';
import { readSegment } from './read-segment';
import type { SendRequest } from './send-request';
import { pathOf } from './stream-path';

/** A whole line may be this long. */
const MAX_LINE_BYTES = 1024 * 1024;

export interface AskedStream {
  readonly send: SendRequest;
  readonly id: string;
  readonly generation: string | undefined;
}

/** @throws Error if there is no such line */
export async function readWholeLine(
  { send, id, generation }: AskedStream,
  line: number,
  style: Style,
  signal: AbortSignal,
): Promise<LogLine> {
  const bounds = { first: line, count: 1, maxBytes: MAX_LINE_BYTES, keptLineBytes: MAX_LINE_BYTES };
  const segment = await readSegment(send, { id, generation, ...bounds }, signal, true);
  if (segment.count === 0) throw new Error(`There is no line ${line}`);
  return lineOf(segment, line, style, MAX_LINE_BYTES);
}

/** The line that a start such as `offset=4711` or `since=1796000052` is in; undefined if it is beyond the end. */
export async function lineAt(
  { send, id }: AskedStream,
  start: { readonly offset: number } | { readonly since: string },
  signal: AbortSignal,
): Promise<number | undefined> {
  const path = pathOf(id, '', { ...start, lines: 0, notail: true });
  try {
    const response = await send(path, { method: 'HEAD', signal });
    const line = response.headers.get('X-Stream-Line');
    return line === null ? undefined : Number(line);
  } catch (error) {
    if (error instanceof ApiError && error.status === 416) return undefined;
    throw error;
  }
}
