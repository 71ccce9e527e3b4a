import { readFileSync } from 'node:fs';

export interface GoldenCase {
  readonly title: string;
  /** Lines of the file, as they are. */
  readonly input: readonly string[];
  readonly expected: readonly string[];
}

/** A golden file: cases with an empty line between them, each of a line `# title`, lines `> input`, and what is expected of them. */
export function goldenCases(file: string): GoldenCase[] {
  return readFileSync(file, 'utf8')
    .split('\n\n')
    .map((block) => block.split('\n').filter((line) => line !== ''))
    .filter((lines) => lines.length > 0)
    .map(([title = '', ...lines]) => ({
      title: title.replace(/^# /u, ''),
      input: lines.filter((line) => line.startsWith('> ')).map((line) => unescaped(line.slice(2))),
      expected: lines.filter((line) => !line.startsWith('> ')),
    }));
}

/** Control characters are written as in JavaScript: `\e`, `\r`, `\x07`, `\u202e`. */
function unescaped(line: string): string {
  return line.replace(/\\(?:(e|r|n|t|b|\\)|x([0-9a-f]{2})|u([0-9a-f]{4}))/giu, (_, letter, byte, unit) =>
    letter === undefined ? String.fromCharCode(Number.parseInt(byte ?? unit, 16)) : (LETTERS[letter] ?? ''),
  );
}

const LETTERS: Readonly<Record<string, string>> = {
  e: '\u001b',
  r: '\r',
  n: '\n',
  t: '\t',
  b: '\b',
  '\\': '\\',
};
