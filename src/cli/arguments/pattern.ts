import { UsageError } from './usage-error';

/** The longest text that the server searches for. */
const BYTES_MAX = 1_024;

/** Checks what to search for. @param what its name in the error @throws UsageError */
export function checkedPattern(what: string, text: string): string {
  const bytes = Buffer.byteLength(text);
  if (bytes === 0) throw new UsageError(`${what} is empty`);
  if (bytes > BYTES_MAX) throw new UsageError(`${what} is longer than ${BYTES_MAX} bytes`);
  if (text.includes('\n')) throw new UsageError(`${what} has a newline, and no line has one`);
  // Node has put it in the place of bytes that are not UTF-8.
  if (text.includes('\ufffd')) throw new UsageError(`${what} is not UTF-8`);
  return text;
}
