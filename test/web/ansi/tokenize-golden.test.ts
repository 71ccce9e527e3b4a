import { join } from 'node:path';
import { PLAIN, type Span } from '../../../web/ansi/span';
import { tokenize } from '../../../web/ansi/tokenize';
import { goldenCases } from '../golden';

describe.each(['styles', 'cursor', 'removed', 'links'])('the golden file of %s', (name) => {
  it.each(goldenCases(join(__dirname, 'golden', `${name}.txt`)))('$title', ({ input, expected }) => {
    let style = PLAIN;
    const shown = input.flatMap((line) => {
      const { spans, end } = tokenize(line, style);
      style = end;
      return spans.length === 0 ? ['nothing'] : spans.map(described);
    });
    expect(shown).toEqual(expected);
  });
});

function described({ text, style, href, kind }: Span): string {
  const words = Object.entries({ ...style, ...(href !== undefined && { href }) }).map(([name, value]) =>
    value === true ? name : `${name}=${value}`,
  );
  if (kind !== undefined) words.push(kind);
  return [...(words.length > 0 ? words.sort() : ['plain']), JSON.stringify(text)].join(' ');
}
