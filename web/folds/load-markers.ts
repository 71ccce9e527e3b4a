import { ndjsonOf } from '../lines/ndjson';
import { pause } from '../lines/pause';
import type { SendRequest } from '../lines/send-request';
import { pathOf } from '../lines/stream-path';
import { ApiError } from '../shell/api-error';
import { MAX_FOLDS } from './fold-tree';
import type { Marker } from './marker';
import { MARKER_PATTERN, markersOf } from './markers-of';

const PER_ANSWER = 10_000;
const MAX_MARKED_LINES = 2 * MAX_FOLDS;
/** A busy server is asked again, but not for ever. */
const MAX_ATTEMPTS = 10;
const PAUSE_MS = 2_000;

interface Found {
  readonly line?: number;
  readonly text?: string;
  readonly next?: number;
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
    const found = await attempt(send, wanted, from, signal).catch((error: unknown) => {
      if (isTooCostly(error)) return undefined;
      throw error;
    });
    if (found === undefined) return from - 1;
    marked += found.marked;
    if (found.next === line) {
      failures += 1;
      await pause(found.pauseMs ?? PAUSE_MS, signal);
    }
    line = found.next;
  }
  return undefined;
}

/** The server found nothing in the time that it allows. */
function isTooCostly(error: unknown): boolean {
  return error instanceof ApiError && error.status === 422;
}

interface Attempt {
  readonly marked: number;
  /** The line to go on from. The same one: nothing was searched. */
  readonly next: number | undefined;
  readonly pauseMs?: number | undefined;
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
      if (found.line === undefined) return { marked, next: found.next };
      if (found.line > lastLine) return { marked, next: undefined };
      next = found.line + 1;
      marked += 1;
      onMarkers(found.line, markersOf(found.text ?? ''));
    }
    return { marked, next };
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof ApiError)) return { marked, next };
    if (!error.isTemporary) throw error;
    return { marked, next, pauseMs: error.retryAfterMs };
  }
}
