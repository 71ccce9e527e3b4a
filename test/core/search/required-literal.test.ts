import fc from 'fast-check';
import { requiredLiteral } from '../../../src/core/search/required-literal';

const of = (source: string, ignoreCase = false): string | undefined => requiredLiteral(source, ignoreCase);

describe('the text that each matching line has', () => {
  it('is the longest one that stands for itself outside of groups and classes', () => {
    expect(of('took [0-9]{5} ms .*status=5[0-9]{2}')).toBe('status=5');
    expect(of('^GET /api\\.v1\\/items$')).toBe('GET /api.v1/items');
    expect(of('(abcdef)+ghi')).toBe('ghi');
    expect(of('[(abc]long(?=[)]later)er')).toBe('long');
    expect(of('\\p{Lu}abc\\u{41}de')).toBe('abc');
    expect(of('héllo wörld')).toBe('llo w');
  });

  it('ends before what may be left out or repeated', () => {
    expect(of('abcd?e')).toBe('abc');
    expect(of('abcd*efgh')).toBe('efgh');
    expect(of('abcd{0,3}?ef')).toBe('abc');
    expect(of('abc\\.+?')).toBe('abc');
  });

  it('is none if a line may have another one, or if it is short', () => {
    for (const source of ['error|warning', 'ab.cd', '(error|warning)', '', '[^a]+', '\\bno\\b', '(?:x|yes)?'])
      expect([source, of(source)]).toEqual([source, undefined]);
  });

  it('leaves out letters that have other forms beyond ASCII when case is ignored', () => {
    expect(of('disk full', true)).toBe(' full');
    expect(of('TASK', true)).toBeUndefined();
    const forms = [['ſ', 's'] as const, ['k', '\u212a'] as const];
    for (const [source, other] of forms) expect(new RegExp(source, 'iv').test(other)).toBe(true);
  });

  it('is in all lines that match, whatever the expression', () => {
    const piece = fc.constantFrom(
      ...[
        'a',
        'b',
        'K',
        's',
        ' ',
        'abc',
        'sab',
        '.',
        '\\.',
        '\\d',
        '[ab]',
        '[^a]',
        '[[a-c]--b]',
        '(ab)',
        '(?:a|bc)',
      ],
      ...[
        '(?=a)',
        '(?!b)',
        '(?<=a)',
        '|',
        '^',
        '$',
        '\\b',
        '\\u0061',
        '\\x62',
        '\\p{L}',
        'é',
        '\\(',
        '(?<n>a)',
        '\\/',
      ],
    );
    const quantified = fc
      .tuple(piece, fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{0,1}', '+?', '*?'))
      .map((parts) => parts.join(''));
    const source = fc.array(quantified, { minLength: 1, maxLength: 6 }).map((parts) => parts.join(''));
    const line = fc
      .array(
        fc.constantFrom('a', 'b', 'c', 'abc', 'sab', 'S', 'K', '\u212a', 'ſ', ' ', '1', '.', 'é', '(', '/'),
        {
          maxLength: 12,
        },
      )
      .map((parts) => parts.join(''));
    let found = 0;
    fc.assert(
      fc.property(
        source,
        fc.array(line, { minLength: 5, maxLength: 20 }),
        fc.boolean(),
        (text, lines, ignoreCase) => {
          let expression: RegExp;
          try {
            expression = new RegExp(text, ignoreCase ? 'iv' : 'v');
          } catch {
            return;
          }
          const literal = of(text, ignoreCase);
          if (literal === undefined) return;
          const folded = (one: string): string =>
            ignoreCase ? one.replace(/[A-Z]/g, (c) => c.toLowerCase()) : one;
          for (const one of lines) {
            if (!expression.test(one)) continue;
            found += 1;
            expect([text, folded(one).includes(folded(literal))]).toEqual([text, true]);
          }
        },
      ),
      { numRuns: 20_000 },
    );
    expect(found).toBeGreaterThan(100);
  });
});
