import type { ErrorLine, FoldTime, Silence } from '../../../digest/log-digest';
import { durationText } from '../../../words/durations';
import { countText, sizeText } from '../../../words/quantities';
import { type DigestedStream, lineLink } from './digested-stream';
import { codeSpan, fenced, linkTo } from './markdown-text';
import { outcomeWords } from './outcome-words';
import { plainLine } from './plain-line';

/** A digest for people: a comment of a pull request, or the summary of a job. What the log contains is only in code and in fences. */
export function digestMarkdown(stream: DigestedStream): string {
  const parts = [
    head(stream),
    ...errors(stream),
    ...silences(stream),
    ...folds(stream),
    ...lastLines(stream),
  ];
  return `${parts.join('\n\n')}\n`;
}

function head({ info, digest, url, ms }: DigestedStream): string {
  const isEnded = info.state === 'closed';
  const facts = [
    `**${outcomeWords(info)}**`,
    `${isEnded ? 'after' : 'for'} ${durationText(ms)}`,
    countText(digest.lines, 'line'),
    sizeText(info.tail),
    ...(digest.errorCount > 0 ? [countText(digest.errorCount, 'error')] : []),
    linkTo('open the log', url),
  ];
  const notes = [
    ...(isEnded ? [] : ['This is not the end: the stream is still open.']),
    ...(digest.isPartial ? ['Not all of this log could be searched: errors or folds may be missing.'] : []),
  ];
  return [`### ${codeSpan(plainLine(info.id))}`, facts.join(' · '), ...notes].join('\n\n');
}

function errors(stream: DigestedStream): readonly string[] {
  const { firstErrors, lastErrors, errorCount } = stream.digest;
  const isAll = firstErrors.length + lastErrors.length >= errorCount;
  const left = isAll ? 'Last errors' : `Last errors (of ${countText(errorCount, 'error')})`;
  return [
    ...section(lastErrors.length === 0 ? 'Errors' : 'First errors', firstErrors, (one) =>
      errorBlock(stream, one),
    ),
    ...section(left, lastErrors, (one) => errorBlock(stream, one)),
  ];
}

function errorBlock(stream: DigestedStream, { line, text, before, after }: ErrorLine): string {
  const rows = numbered(line - before.length, [...before, text, ...after], line);
  return `${linkTo(`Line ${line}`, lineLink(stream, line))}\n\n${fenced(rows)}`;
}

/** Lines behind their numbers. So a runner that shows them does not take them for its commands, such as `::add-mask::`. */
function numbered(first: number, lines: readonly string[], marked?: number): readonly string[] {
  const width = String(first + lines.length).length;
  return lines.map((text, index) => {
    const line = first + index;
    return `${line === marked ? '>' : ' '} ${String(line).padStart(width)}  ${plainLine(text)}`;
  });
}

function silences(stream: DigestedStream): readonly string[] {
  return section('Longest silences', [list(stream.digest.silences, (one) => silenceItem(stream, one))]);
}

function silenceItem(stream: DigestedStream, { ms, line }: Silence): string {
  const isEnded = stream.info.state === 'closed';
  const end = isEnded ? 'before the end' : 'until now';
  return `${durationText(ms)} ${line === undefined ? end : `before ${linkTo(`line ${line}`, lineLink(stream, line))}`}`;
}

function folds(stream: DigestedStream): readonly string[] {
  return section('Longest sections', [list(stream.digest.folds, (one) => foldItem(stream, one))]);
}

function foldItem(stream: DigestedStream, { ms, line, title }: FoldTime): string {
  return `${durationText(ms)}: ${linkTo(`line ${line}`, lineLink(stream, line))} ${codeSpan(plainLine(title).trim())}`;
}

function lastLines({ digest }: DigestedStream): readonly string[] {
  const { lastLines: lines } = digest;
  const rows = numbered(
    lines[0]?.line ?? 1,
    lines.map(({ text }) => text),
  );
  return section(`Last ${countText(lines.length, 'line')}`, lines.length === 0 ? [] : [fenced(rows)]);
}

function list<T>(items: readonly T[], render: (item: T) => string): string {
  return items.map((item) => `- ${render(item)}`).join('\n');
}

function section<T>(
  title: string,
  items: readonly T[],
  render = (item: T): string => String(item),
): readonly string[] {
  const rendered = items.map(render).filter((text) => text !== '');
  return rendered.length === 0 ? [] : [`#### ${title}`, ...rendered];
}
