/** Escapes that match LF. What names LF itself is left as it is, for no line has one. */
const ESCAPES = new Set(['s', 'D', 'W', 'P', 'p']);

const PLAIN_GROUP = /^\(\?(?::|<[^=!])/;

/**
 * Changes an expression with the flag `v` so that it never matches LF where it did not name it: `[^a]` becomes `[[^a]--\n]`, and `\s`
 * becomes `[\s--\n]`. Run over many lines at once it then stays in a line, and takes no longer than over each of them.
 * @param source a valid expression
 * @returns `undefined` if it has lookaround, or a group of an unknown kind
 */
export function withinLines(source: string): string | undefined {
  let changed = '';
  for (let at = 0; at < source.length; ) {
    const end = endOfAtom(source, at);
    const atom = source.slice(at, end);
    if (atom === '(' && source[end] === '?' && !PLAIN_GROUP.test(source.slice(at, at + 4))) return undefined;
    const mayMatchNewline = atom.startsWith('[') || (atom.startsWith('\\') && ESCAPES.has(atom.charAt(1)));
    changed += mayMatchNewline ? `[${atom}--\\n]` : atom;
    at = end;
  }
  return changed;
}

/** A class, an escape, or one code unit. */
function endOfAtom(source: string, at: number): number {
  if (source[at] === '[') return endOfClass(source, at);
  if (source[at] !== '\\') return at + 1;
  const isProperty = source[at + 1] === 'p' || source[at + 1] === 'P';
  return isProperty ? source.indexOf('}', at) + 1 : at + 2;
}

/** The index behind a class that begins at `at`. */
export function endOfClass(source: string, at: number): number {
  let depth = 0;
  for (let end = at; end < source.length; end += 1) {
    if (source[end] === '\\') end += 1;
    else if (source[end] === '[') depth += 1;
    else if (source[end] === ']') depth -= 1;
    if (depth === 0) return end + 1;
  }
  return source.length;
}
