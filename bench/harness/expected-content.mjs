import { LINE_BYTES } from '../workloads/sizes.mjs';

// What load/lg.c sends, for targets whose answers it cannot read.

const PERIOD = 1_048_573;
const BULK_LINE = 80;
const STREAM_OFFSET = 7919;
const ALPHABET = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_/';
const PADDING = '0123456789 lorem ipsum dolor sit amet ';
const CLOCK_DIGITS = 16;
const NEWLINE = 10;
const MASK = (1n << 64n) - 1n;
let pattern;

/** @returns whether these are all bulk bytes of a stream */
export function isBulk(content, stream, bytes) {
  pattern ??= makePattern();
  if (content.length !== bytes) return false;
  for (let at = 0; at < bytes; ) {
    const from = (stream * STREAM_OFFSET + at) % PERIOD;
    const length = Math.min(PERIOD - from, bytes - at);
    if (content.compare(pattern, from, from + length, at, at + length) !== 0) return false;
    at += length;
  }
  return true;
}

/** @returns whether these are all lines of a stream, in their order. Each has a clock, which may be any */
export function areLines(content, stream, lines) {
  if (content.length !== lines * LINE_BYTES) return false;
  for (let line = 0; line < lines; line++) {
    if (!isLine(content.subarray(line * LINE_BYTES, (line + 1) * LINE_BYTES), stream, line)) return false;
  }
  return true;
}

function isLine(bytes, stream, number) {
  const head = `@${String(stream).padStart(5, '0')}:${String(number).padStart(9, '0')}:`;
  const rest = head.length + CLOCK_DIGITS;
  const text = bytes.toString('latin1');
  return text.startsWith(head) && text.slice(rest) === padded(rest) && bytes.at(-1) === NEWLINE;
}

/** What follows the clock. */
function padded(from) {
  const padding = PADDING.repeat(Math.ceil(LINE_BYTES / PADDING.length));
  return `:${padding.slice(from + 1, LINE_BYTES - 1)}\n`;
}

/** Letters chosen by xorshift, with a newline after each 79. */
function makePattern() {
  const made = Buffer.alloc(PERIOD);
  let x = 88172645463325252n;
  for (let at = 0; at < PERIOD; at++) {
    x = (x ^ (x << 13n)) & MASK;
    x ^= x >> 7n;
    x = (x ^ (x << 17n)) & MASK;
    const letter = ALPHABET.charCodeAt(Number((x >> 24n) & 63n));
    made[at] = at % BULK_LINE === BULK_LINE - 1 ? NEWLINE : letter;
  }
  return made;
}
