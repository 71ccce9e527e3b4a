import { MAX_FOLDS } from '../../src/markers/fold-tree';
import type { Marker } from '../../src/markers/marker';
import { MARKER_PATTERN, markersOf } from '../../src/markers/markers-of';
import { ndjsonOf } from '../lines/ndjson';
import { pause } from '../lines/pause';
import { stoppedAt } from '../lines/search-progress';
import type { SendRequest } from '../lines/send-request';
import { pathOf } from '../lines/stream-path';
import { ApiError } from '../shell/api-error';

const PER_ANSWER = 10_000;
const MAX_MARKED_LINES = 2 * MAX_FOLDS;
/** A busy server is asked again, but not forever. */
const MAX_ATTEMPTS = 10;
const PAUSE_MS = 2_000;

interface Found {
  readonly line?: number;
  readonly text?: string;
  readonly next?: number;
  readonly error?: string;
}

export interface StoredMarkers {
  readonly id: string;
  /** Lines behind it are not read. */
  readonly lastLine: number;
  readonly onMarkers: (line: number, markers: readonly Marker[]) => void;
}

/**
 * Has the server find the markers of the lines that are stored.
 * @returns the line behind which they were not found, or undefined if all were
 */
export async function loadMarkers(
  send: SendRequest,
  wanted: StoredMarkers,
  signal: AbortSignal,
): Promise<number | undefined> {
  let marked = 0;
  let line: number | undefined = 1;
  for (let failures = 0; line !== undefined && line <= wanted.lastLine; ) {
    if (marked >= MAX_MARKED_LINES || failures >= MAX_ATTEMPTS) return line - 1;
    const from: number = line;
    const found = await attempt(send, wanted, from, signal);
    if (found.isGivenUp) return from - 1;
    marked += found.marked;
    if (found.pauseMs !== undefined) {
      failures += 1;
      await pause(found.pauseMs, signal);
    }
    line = found.next;
  }
  return undefined;
}

interface Attempt {
  readonly marked: number;
  /** The line to go on from; undefined if all was searched. */
  readonly next: number | undefined;
  /** It failed: wait before the next one. */
  readonly pauseMs?: number;
  readonly isGivenUp?: boolean;
}

async function attempt(
  send: SendRequest,
  { id, lastLine, onMarkers }: StoredMarkers,
  line: number,
  signal: AbortSignal,
): Promise<Attempt> {
  let marked = 0;
  let next: number | undefined = line;
  const path = pathOf(id, '/matches', { q: MARKER_PATTERN, regex: true, limit: PER_ANSWER, line });
  try {
    for await (const found of ndjsonOf<Found>(await send(path, { signal }))) {
      if (found.line === undefined) {
        const isGivenUp = found.error !== undefined && found.next === undefined;
        return { marked, next: found.next, isGivenUp };
      }
      if (found.line > lastLine) return { marked, next: undefined };
      next = found.line + 1;
      marked += 1;
      onMarkers(found.line, markersOf(found.text ?? ''));
    }
    return { marked, next, pauseMs: PAUSE_MS };
  } catch (error) {
    signal.throwIfAborted();
    const stopped = stoppedAt(error, line);
    if (stopped !== undefined)
      return { marked, next: stopped.next, pauseMs: 0, isGivenUp: !stopped.isWorthIt };
    if (!(error instanceof ApiError)) return { marked, next, pauseMs: PAUSE_MS };
    if (!error.isTemporary) throw error;
    return { marked, next, pauseMs: error.retryAfterMs ?? PAUSE_MS };
  }
}
