const ESC = 0x1b;
const BEL = 0x07;
/** The C1 form of the end of a string. */
const ST = 0x9c;
const BACKSLASH = 0x5c;
const MAX_CSI = 256;
/** Longer than any link; a picture of a terminal within a line is left out whole. */
const MAX_STRING = 65_536;

/** One escape sequence of a line. */
export interface EscapeSequence {
  /** `csi`: `ESC [ … final`. `string`: OSC, DCS, APC, PM and SOS. `short`: all others. */
  readonly kind: 'csi' | 'string' | 'short';
  /** csi and short: what ends it, such as `m`. string: what begins it, such as `]`. */
  readonly code: string;
  /** What is between its begin and its end. */
  readonly body: string;
  /** The index behind it. */
  readonly end: number;
}

/**
 * Reads the escape sequence at `at`, where an ESC is.
 * @returns undefined if it does not end within the line and its bounds, or contains what no sequence contains: it is text then
 */
export function readEscape(line: string, at: number): EscapeSequence | undefined {
  const begin = line.charAt(at + 1);
  if (begin === '[') return readCsi(line, at + 2);
  if (begin !== '' && ']P_^X'.includes(begin)) return readString(line, begin, at + 2);
  const end = skip(line, at + 1, 0x20, 0x2f, at + MAX_CSI);
  if (!isWithin(line.charCodeAt(end), 0x30, 0x7e)) return undefined;
  return { kind: 'short', code: line.charAt(end), body: line.slice(at + 1, end), end: end + 1 };
}

function readCsi(line: string, from: number): EscapeSequence | undefined {
  const limit = from + MAX_CSI;
  const end = skip(line, skip(line, from, 0x30, 0x3f, limit), 0x20, 0x2f, limit);
  if (!isWithin(line.charCodeAt(end), 0x40, 0x7e)) return undefined;
  return { kind: 'csi', code: line.charAt(end), body: line.slice(from, end), end: end + 1 };
}

/** Ends with BEL or ST. The scan stops at every ESC, so that it reads no character more than twice in all. */
function readString(line: string, code: string, from: number): EscapeSequence | undefined {
  const limit = Math.min(line.length, from + MAX_STRING);
  for (let at = from; at < limit; at += 1) {
    const unit = line.charCodeAt(at);
    if (unit === BEL || unit === ST) return { kind: 'string', code, body: line.slice(from, at), end: at + 1 };
    if (unit !== ESC) continue;
    if (line.charCodeAt(at + 1) !== BACKSLASH) return undefined;
    return { kind: 'string', code, body: line.slice(from, at), end: at + 2 };
  }
  return undefined;
}

function skip(line: string, from: number, low: number, high: number, limit: number): number {
  let at = from;
  while (at < limit && isWithin(line.charCodeAt(at), low, high)) at += 1;
  return at;
}

/** False for the NaN of an index beyond the end. */
function isWithin(unit: number, low: number, high: number): boolean {
  return unit >= low && unit <= high;
}
