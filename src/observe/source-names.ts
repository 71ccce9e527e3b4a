import { existsSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** What `scripts/source-lines.mjs` says about a bundle. */
interface SourceLines {
  readonly sources: readonly string[];
  readonly lines: readonly string[];
}

/**
 * Names the source files in stack traces. A bundle is one file without line breaks between statements: its own positions are of little use.
 * The file beside it is read when the first stack trace is formatted.
 * @param bundle its path; without `<name>.lines.json` beside it nothing changes
 */
export function nameSourceFiles(bundle: string): void {
  const file = bundle.replace(/\.js$/, '.lines.json');
  if (!existsSync(file)) return;
  const position = new RegExp(`[^\\s(]*/${basename(bundle).replaceAll('.', '\\.')}:(\\d+):(\\d+)`);
  let known: SourceLines | undefined;
  Error.prepareStackTrace = (error, frames) => {
    known ??= readLines(file);
    const named = (...at: readonly string[]): string => sourcePosition(known, at);
    return [String(error), ...frames.map((frame) => `    at ${frame}`.replace(position, named))].join('\n');
  };
}

/** @returns `undefined` if the file cannot be read, such as when there are too many open files: the next stack trace tries again */
function readLines(file: string): SourceLines | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** @param match of a position in the bundle: all of it, the line and the column, both from 1 */
function sourcePosition(known: SourceLines | undefined, match: readonly string[]): string {
  const [all = '', line, column] = match;
  const statements = known?.lines[Number(line) - 1]?.split(';').map((text) => text.split(',').map(Number));
  const [, source = -1, sourceLine = 0] = statements?.findLast(([from = 0]) => from < Number(column)) ?? [];
  const name = known?.sources[source];
  return name === undefined ? all : `${name}:${sourceLine + 1}`;
}
