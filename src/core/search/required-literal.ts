import { endOfClass } from './within-lines';

/** A shorter one is in too many lines. */
const LENGTH_MIN = 3;

/** ASCII that stands for itself, outside of classes. Not LF: it is in no line. */
const PLAIN = /^[ !"#%&',\-/0-9:;<=>@A-Z_`a-z~]$/;

/** What has a meaning of its own, and for itself behind a backslash. */
const ESCAPED = /^[\^$\\.*+?()[\]{}|/]$/;

/** A backslash and what belongs to it. The rest are letters that name a class or a border. */
const ESCAPE =
  /^\\(?:u\{[^}]*\}|u[0-9A-Fa-f]{4}|x[0-9A-Fa-f]{2}|c[A-Za-z]|k<[^>]*>|[pP]\{[^}]*\}|[0-9]+|[dDsSwWbBnrtvf])/;

const QUANTIFIER = /^(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??/;

/** Two letters outside of ASCII, for a long s and for Kelvin, are equal to these when case is ignored. */
const FOLDED_BEYOND_ASCII = /[KSks]/;

/**
 * The longest text that is in each line that the expression matches, as far as that is plain to see: only what is outside of groups
 * counts, and nothing if there is an alternative outside of them.
 * @param source a valid expression with the flag `v`
 * @param ignoreCase the text is in the line with small or capital letters
 */
export function requiredLiteral(source: string, ignoreCase: boolean): string | undefined {
  let longest = '';
  let run = '';
  const endRun = (): void => {
    if (run.length > longest.length) longest = run;
    run = '';
  };
  for (let at = 0; at < source.length; ) {
    const atom = atomAt(source, at);
    if (atom === undefined || atom.text === '|') return undefined;
    at += atom.length;
    const quantifier = QUANTIFIER.exec(source.slice(at, at + 40))?.[0] ?? '';
    at += quantifier.length;
    const isWhole = atom.literal !== undefined && !(ignoreCase && FOLDED_BEYOND_ASCII.test(atom.literal));
    if (isWhole && quantifier === '') run += atom.literal;
    else endRun();
  }
  endRun();
  return longest.length >= LENGTH_MIN ? longest : undefined;
}

interface SourceAtom {
  readonly text: string;
  readonly length: number;
  /** Absent: it is not one character that stands for itself. */
  readonly literal?: string;
}

/** @returns `undefined` for what is not known here */
function atomAt(source: string, at: number): SourceAtom | undefined {
  const text = source.charAt(at);
  if (text === '(') return { text, length: endOfGroup(source, at) - at };
  if (text === '[') return { text, length: endOfClass(source, at) - at };
  if (text === '\\') return escapeAt(source, at);
  if (PLAIN.test(text)) return { text, length: 1, literal: text };
  return '^$.|'.includes(text) || text > '\x7f' ? { text, length: 1 } : undefined;
}

function escapeAt(source: string, at: number): SourceAtom | undefined {
  const literal = source.charAt(at + 1);
  if (ESCAPED.test(literal)) return { text: `\\${literal}`, length: 2, literal };
  const text = ESCAPE.exec(source.slice(at, at + 100))?.[0];
  return text === undefined ? undefined : { text, length: text.length };
}

function endOfGroup(source: string, at: number): number {
  let depth = 0;
  for (let end = at; end < source.length; end += 1) {
    if (source[end] === '\\') end += 1;
    else if (source[end] === '[') end = endOfClass(source, end) - 1;
    else if (source[end] === '(') depth += 1;
    else if (source[end] === ')') depth -= 1;
    if (depth === 0) return end + 1;
  }
  return source.length;
}
