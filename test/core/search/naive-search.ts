import { escapeExpression } from '../../../src/core/search/expression-matcher';

export interface Wanted {
  readonly text: string;
  readonly isRegex: boolean;
  readonly ignoreCase: boolean;
  readonly isInverted: boolean;
  readonly context: number;
  readonly line: number;
  readonly lineBytesMax: number;
}

export interface NaiveMatch {
  readonly line: number;
  readonly offset: number;
  readonly text: string;
  readonly places: readonly (readonly number[])[];
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** What a search finds in `bytes`, line by line. */
export function naiveSearch(bytes: Buffer, wanted: Wanted): NaiveMatch[] {
  const lines = linesOf(bytes);
  const expression = new RegExp(
    wanted.isRegex ? wanted.text : escapeExpression(wanted.text),
    wanted.ignoreCase ? 'gvi' : 'gv',
  );
  const textsOf = (from: number, to: number): string[] =>
    lines.slice(Math.max(0, from), to).map(({ bytes: one }) => shown(one, wanted.lineBytesMax));
  return lines.flatMap((one, index) => {
    const whole = one.bytes.toString();
    const compared = wanted.isRegex && one.isFinished ? whole.replace(/\r$/, '') : whole;
    const found = [...compared.matchAll(expression)];
    if (found.length > 0 === wanted.isInverted || index + 1 < wanted.line) return [];
    const text = shown(one.bytes, wanted.lineBytesMax);
    return {
      line: index + 1,
      offset: one.offset,
      text,
      places: found
        .map((match) => [match.index, match.index + match[0].length])
        .filter(([from = 0, to = 0]) => to > from && to <= text.length)
        .slice(0, 1000),
      before: textsOf(index - wanted.context, index),
      after: textsOf(index + 1, index + 1 + wanted.context),
    };
  });
}

function linesOf(bytes: Buffer): { bytes: Buffer; offset: number; isFinished: boolean }[] {
  const lines = [];
  for (let offset = 0; offset < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, offset);
    const end = newline < 0 ? bytes.length : newline;
    lines.push({ bytes: bytes.subarray(offset, end), offset, isFinished: newline >= 0 });
    offset = end + 1;
  }
  return lines;
}

/** Up to a whole character. */
function shown(line: Buffer, bytesMax: number): string {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return decoder.decode(line.subarray(0, bytesMax), { stream: line.length > bytesMax });
}
