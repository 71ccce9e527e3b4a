import fc from 'fast-check';
import { parseLogId } from '../../../src/core/log/log-id';
import { advance, START } from '../../../src/core/log/offset';
import type { LogDigest } from '../../../src/digest/log-digest';
import { digestMarkdown } from '../../../src/http/loom/digest/digest-markdown';
import { plainLine } from '../../../src/http/loom/digest/plain-line';

const HOSTILE = [
  '```',
  '`'.repeat(40),
  '~~~~~',
  '</code></pre><script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '@octocat fixes #1',
  '![x](https://evil.example/x.png)',
  '[click](javascript:alert(1))',
  '# heading',
  '| a | b |',
  '\u001b[31mred\u001b[0m\u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007',
  '\u202egnp.exe',
  'a\u0000b\u0007c\u009b31m',
  'ten %\rdone',
  '$$\\evil$$',
  '::add-mask::secret',
  '&lt;b&gt;',
  'x'.repeat(100_000),
  '😀'.repeat(400),
];

const texts = fc.oneof(fc.constantFrom(...HOSTILE), fc.string({ unit: 'binary', maxLength: 30 }));

function digestWith(text: string): LogDigest {
  const line = { line: 7, at: 1_000, text, isCut: false };
  const error = { ...line, before: [text], after: [text, text] };
  return {
    lines: 7,
    errorCount: 12,
    firstErrors: [error],
    lastErrors: [error],
    silences: [{ ms: 5_000, at: 0, line: 3 }],
    folds: [{ line: 1, end: 2, title: text, ms: 3_000 }],
    lastLines: Array.from({ length: 30 }, () => line),
    isPartial: true,
  };
}

function markdownOf(text: string, id = 'build-7'): string {
  return digestMarkdown({
    info: {
      id: parseLogId(id),
      generation: 'g',
      state: 'closed',
      outcome: { kind: 'complete' },
      tail: advance(START, 100),
      epoch: 1,
      metadata: { exitCode: 2, signal: text },
      contentType: 'text/plain',
      createdAt: 0,
      updatedAt: 9_000,
    },
    digest: digestWith(text),
    url: 'http://127.0.0.1:3060/stream/build-7',
    ms: 9_000,
  });
}

/** What a renderer of Markdown would not take for code (CommonMark 4.5 and 6.1). */
function outsideOfCode(markdown: string): string {
  let fence: string | undefined;
  const rest: string[] = [];
  for (const line of markdown.split('\n')) {
    const ticks = /^ {0,3}(`{3,})[^`]*$/.exec(line)?.[1];
    if (fence !== undefined) {
      if (ticks !== undefined && ticks.length >= fence.length && line.trim() === ticks) fence = undefined;
    } else if (ticks !== undefined) fence = ticks;
    else rest.push(withoutSpans(line));
  }
  expect(fence).toBeUndefined();
  return rest.join('\n');
}

function withoutSpans(line: string): string {
  const runs = [...line.matchAll(/`+/g)];
  const open = runs[0];
  const close = runs.slice(1).find(([ticks]) => ticks.length === open?.[0].length);
  if (open === undefined || close === undefined) return line;
  return line.slice(0, open.index) + withoutSpans(line.slice(close.index + close[0].length));
}

describe('a digest as Markdown', () => {
  it('what a log contains is only in code, whatever it is', () => {
    const words = outsideOfCode(markdownOf('plain'));
    expect(words).toContain('failed with exit code 2');
    fc.assert(
      fc.property(texts, texts, (first, second) => {
        const markdown = markdownOf(first + second);
        expect(outsideOfCode(markdown)).toBe(words);
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there.
        expect(markdown).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/);
        expect(markdown.length).toBeLessThan(65_536);
      }),
    );
  });

  it('what an id contains is only in code, whatever it is', () => {
    const words = outsideOfCode(markdownOf('x'));
    for (const id of ['```', '@octocat', '<b>x</b>', '`', 'a`b``c', '[x](y)'])
      expect(outsideOfCode(markdownOf('x', id))).toBe(words);
  });

  it('no line of a log begins a line, so that no runner takes it for a command', () => {
    for (const text of HOSTILE) expect(markdownOf(text)).not.toMatch(/^\s*::/m);
  });

  it.each([
    ['\u001b[1;31merror\u001b[0m', 'error'],
    ['10 %\r20 %\r', '20 %'],
    ['a\tb', 'a\tb'],
    ['\u202eabc', '\ufffdabc'],
    ['\u001b', '\u241b'],
    ['x'.repeat(400), `${'x'.repeat(300)}…`],
    ['😀'.repeat(301), `${'😀'.repeat(300)}…`],
    ['', ''],
  ])('the line %j is shown as %j', (line, shown) => {
    expect(plainLine(line)).toBe(shown);
  });
});
