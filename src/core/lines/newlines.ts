import { blockScanner, type LineScanner, lineScanner, SCAN_BYTES } from './line-scanner';

const LF = 0x0a;

/** More than any bytes have. */
const ALL = 0x7fff_ffff;

/** How many newlines `bytes` have. */
export function countNewlines(bytes: Uint8Array): number {
  const scanner = lineScanner();
  let count = 0;
  for (let at = 0; at < bytes.length; at += SCAN_BYTES) {
    const slice = bytes.subarray(at, at + SCAN_BYTES);
    scanner.load(slice);
    count -= scanner.afterNewlines(0, slice.length, ALL);
  }
  return count;
}

/** How many newlines the first `end` bytes of the block have. */
export function countBlockNewlines(end: number): number {
  return -blockScanner().afterNewlines(0, end, ALL);
}

/** The index after the `count`th newline of `bytes`. @returns `undefined` if they have fewer */
export function afterNewlines(bytes: Uint8Array, count: number): number | undefined {
  if (count <= 0) return 0;
  const scanner = lineScanner();
  let left = count;
  for (let at = 0; at < bytes.length; at += SCAN_BYTES) {
    const slice = bytes.subarray(at, at + SCAN_BYTES);
    scanner.load(slice);
    const index = scanner.afterNewlines(0, slice.length, Math.min(left, ALL));
    if (index > 0) return at + index;
    left += index;
  }
  return undefined;
}

/**
 * Calls `visit` with the index after the `first`th newline of `bytes`, and after every `step`th from there on.
 * @returns how many newlines have yet to come before the next visit
 */
export function eachNewline(
  bytes: Uint8Array,
  first: number,
  step: number,
  visit: (index: number) => void,
): number {
  const scanner = lineScanner();
  let left = first;
  for (let at = 0; at < bytes.length; at += SCAN_BYTES) {
    const slice = bytes.subarray(at, at + SCAN_BYTES);
    scanner.load(slice);
    left = eachLoadedNewline(scanner, [0, slice.length], left, step, (index) => visit(at + index));
  }
  return left;
}

/** As `eachNewline`, of a part of what is in a scanner's memory. The indexes are those of the memory. */
export function eachLoadedNewline(
  scanner: LineScanner,
  [begin, end]: readonly [number, number],
  first: number,
  step: number,
  visit: (index: number) => void,
): number {
  let left = first;
  for (let from = begin; from < end; ) {
    const index = scanner.afterNewlines(from, end, Math.min(left, ALL));
    if (index <= 0) return left + index;
    visit(index);
    left = step;
    from = index;
  }
  return left;
}

/** Whether a line begins behind `bytes`. */
export function endsInNewline(bytes: Uint8Array): boolean {
  return bytes.at(-1) === LF;
}
