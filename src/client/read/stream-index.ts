import { LoomClientError } from '../wire/errors';
import { memberOf, tryParseJson } from '../wire/json';
import { parseOutcomeKind, parseState, type StateAndOutcome } from '../wire/stream-state';

/** Which lines an index has. */
export interface IndexOptions {
  /** Every so many lines. Default 1,000. */
  readonly step?: number;
  /** The first line. Default 1. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/** Where a line begins. */
export interface IndexMark {
  readonly line: number;
  readonly offset: number;
  /** `undefined` if it is not known. */
  readonly time: Date | undefined;
}

/** The lines of a stream, and where some of them begin. */
export interface StreamIndex extends StateAndOutcome {
  readonly generation: string | undefined;
  readonly bytes: number;
  readonly lines: number;
  readonly step: number;
  readonly marks: readonly IndexMark[];
  readonly endsInNewline: boolean;
  /** The line from which the next index goes on, if this one is not the rest. */
  readonly next?: number;
}

/** @throws LoomClientError `REFUSED` if the text is not an index */
export function parseStreamIndex(text: string): StreamIndex {
  const index = tryParseJson(text);
  const state = parseState(memberOf(index, 'state'));
  const [bytes, lines, step] = [memberOf(index, 'bytes'), memberOf(index, 'lines'), memberOf(index, 'step')];
  const marks = memberOf(index, 'marks');
  if (state === undefined || !isCount(bytes) || !isCount(lines) || !isCount(step) || !Array.isArray(marks))
    throw notAnIndex();
  const outcome = parseOutcomeKind(memberOf(index, 'outcome'));
  const generation = memberOf(index, 'generation');
  const next = memberOf(index, 'next');
  return {
    generation: typeof generation === 'string' ? generation : undefined,
    state,
    ...(outcome !== undefined && { outcome }),
    bytes,
    lines,
    step,
    marks: marks.map(parseMark),
    endsInNewline: memberOf(index, 'endsInNewline') === true,
    ...(isCount(next) && { next }),
  };
}

function parseMark(mark: unknown): IndexMark {
  if (!Array.isArray(mark)) throw notAnIndex();
  const [line, offset, at]: unknown[] = mark;
  if (!isCount(line) || !isCount(offset)) throw notAnIndex();
  return { line, offset, time: typeof at === 'number' ? new Date(at) : undefined };
}

function isCount(value: unknown): value is number {
  return typeof value === 'number';
}

function notAnIndex(): LoomClientError {
  return new LoomClientError('REFUSED', 'the answer is not the index of a stream');
}
