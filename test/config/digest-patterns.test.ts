import { parseCommandLine } from '../../src/config/command-line';
import { configFrom, loadConfig } from '../support/config';

describe('digest.patterns', () => {
  const patternsOf = (patterns: unknown) => configFrom({ digest: { patterns } }).digest.patterns;

  it('a list of expressions is taken as it is', () => {
    expect(patternsOf(['^E\\d+,', 'a|b'])).toEqual(['^E\\d+,', 'a|b']);
    expect(patternsOf([])).toEqual([]);
  });

  it('an environment variable has one expression per line', () => {
    const environment = { LOOM_DIGEST_PATTERNS: '^E\\d{1,3}\nfoo, bar\n' };
    expect(loadConfig(parseCommandLine([]), environment).digest.patterns).toEqual(['^E\\d{1,3}', 'foo, bar']);
  });

  it.each([['('], ['[a--'], ['(a)\\1'], ['(?<x>a)\\k<x>'], ['(?<x>a)'], ['x'.repeat(1_001)], [7]])(
    'the expression %j is refused',
    (pattern) => {
      expect(() => patternsOf([pattern])).toThrow(/digest\.patterns\[0\] must be a regular expression/);
    },
  );

  it.each([['\\\\1'], ['(?<=a)b'], ['(?<!a)b'], ['(?:a)']])('the expression %j is taken', (pattern) => {
    expect(patternsOf([pattern])).toEqual([pattern]);
  });

  it.each([
    'a.c:7:1: error: expected ;',
    '\u001b[31merror\u001b[0m: x',
    'error[E0308]: mismatched types',
    'src/a.ts(1,2): error TS2322: Type',
    'fatal: not a git repository',
    'panic: runtime error',
    'ValueError: x',
    'java.io.IOException: x',
    '--- FAIL: TestX (0.00s)',
    '    --- FAIL: TestX/y (0.00s)',
    'FAILED tests/test_a.py::test_b',
    'npm ERR! code ELIFECYCLE',
    'make: *** [Makefile:2: all] Error 2',
    'sh: 1: foo: not found',
    'bash: foo: command not found',
  ])('the line %j is an error by default', (line) => {
    expect(isErrorByDefault(line)).toBe(true);
  });

  it.each([
    '0 errors',
    'no error here',
    'terror: x',
    'ok  	pkg	0.1s',
    '--- PASS: TestX',
    'onError(x)',
    'error-free: yes',
  ])('the line %j is none by default', (line) => {
    expect(isErrorByDefault(line)).toBe(false);
  });
});

function isErrorByDefault(line: string): boolean {
  return configFrom({}).digest.patterns.some((pattern) => new RegExp(pattern, 'v').test(line));
}
