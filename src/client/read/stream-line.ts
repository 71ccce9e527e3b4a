import { memberOf, membersOf } from '../wire/json';

/** A line of a stream, or a part of one. */
export interface StreamLine {
  /** From 1. The parts of a line have the same number, and their texts joined are the line. */
  readonly line: number;
  /** The offset of the first byte of `text`. */
  readonly offset: number;
  /** When the line began, as an RFC 3339 date; `null` if that is not known. */
  readonly time: string | null;
  /** Without the newline. Bytes that are not UTF-8 are U+FFFD. */
  readonly text: string;
  /** The line goes on, or the stream ends within it. */
  readonly partial?: true;
  /** The line is longer than the server sends; the rest is left out. */
  readonly cut?: true;
}

/** @returns `undefined` if the value is not a line */
export function parseStreamLine(value: unknown): StreamLine | undefined {
  const {
    line,
    offset,
    text,
    time = null,
  } = membersOf(value, {
    line: 'number',
    offset: 'number',
    text: 'string',
    time: 'string',
  });
  if (line === undefined || offset === undefined || text === undefined) return undefined;
  return {
    line,
    offset,
    time,
    text,
    ...(memberOf(value, 'partial') === true && { partial: true }),
    ...(memberOf(value, 'cut') === true && { cut: true }),
  };
}
