import { wireGeneration } from '../../../core/log/loss';
import type { DigestLine, ErrorLine, FoldTime, Silence } from '../../../digest/log-digest';
import { isoTime } from '../../json/iso-time';
import { jsonBody } from '../../json/json-body';
import { stateObject } from '../read/state-object';
import { type DigestedStream, lineLink } from './digested-stream';

/** A digest for programs. */
export function digestJson(stream: DigestedStream): string {
  const { info, digest, url, ms } = stream;
  const { lines, errorCount, firstErrors, lastErrors, silences, folds, lastLines, isPartial } = digest;
  return jsonBody({
    id: info.id,
    url,
    generation: wireGeneration(info),
    ...stateObject({ ...info, lines }),
    ended: info.state === 'closed',
    createdAt: isoTime(info.createdAt),
    updatedAt: isoTime(info.updatedAt),
    seconds: inSeconds(ms),
    errors: {
      count: errorCount,
      first: firstErrors.map((one) => errorObject(stream, one)),
      last: lastErrors.map((one) => errorObject(stream, one)),
    },
    silences: silences.map((one) => silenceObject(stream, one)),
    folds: folds.map((one) => foldObject(stream, one)),
    lastLines: lastLines.map(lineObject),
    ...(isPartial && { partial: true }),
  });
}

function lineObject({ line, at, text, isCut }: DigestLine): object {
  return { line, time: at === undefined ? null : isoTime(at), text, ...(isCut && { cut: true }) };
}

function errorObject(stream: DigestedStream, error: ErrorLine): object {
  const { line, before, after } = error;
  return { ...lineObject(error), link: lineLink(stream, line), context: { before, after } };
}

/** The line is the one that came after it. */
function silenceObject(stream: DigestedStream, { ms, at, line }: Silence): object {
  const link = line === undefined ? {} : { line, link: lineLink(stream, line) };
  return { seconds: inSeconds(ms), from: isoTime(at), ...link };
}

function foldObject(stream: DigestedStream, { line, end, title, ms }: FoldTime): object {
  return {
    line,
    ...(end !== undefined && { end }),
    title,
    seconds: inSeconds(ms),
    link: lineLink(stream, line),
  };
}

function inSeconds(ms: number): number {
  return Math.round(ms) / 1_000;
}
