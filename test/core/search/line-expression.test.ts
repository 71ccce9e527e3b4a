import { LineExpression } from '../../../src/core/search/line-expression';

const LF = 0x0a;

/** What the expression says of each line of a block by itself: begin, end, number of places, places. */
function lineByLine(block: Buffer, source: string): number[] {
  const expression = new RegExp(source, 'gv');
  const numbers: number[] = [];
  for (let begin = 0; begin < block.length; ) {
    const newline = block.indexOf(LF, begin);
    const end = newline < 0 ? block.length : newline;
    const places = [...block.toString('utf8', begin, end).matchAll(expression)];
    if (places.length > 0)
      numbers.push(
        begin,
        end,
        places.length,
        ...places.flatMap(({ index, 0: { length } }) => [index, index + length]),
      );
    begin = end + 1;
  }
  return numbers;
}

describe('an expression for lines', () => {
  it.each([
    ['of a few bytes', Buffer.from('€ 7\n'.repeat(20_000))],
    [
      'of which one is longer than a text',
      Buffer.from(`a 1\n${'ä'.repeat(100_000)}2\nb 3\n${'x 4\n'.repeat(15_000)}`),
    ],
    ['that end at the end of a text', Buffer.from(`${'x'.repeat(65_534)}5\n`.repeat(3))],
    ['that have no newline', Buffer.from(`${'x'.repeat(70_000)}6${'x'.repeat(70_000)}`)],
    [
      'that are not UTF-8',
      Buffer.concat([Buffer.alloc(65_535, 0xe2), Buffer.from('\n8\n'), Buffer.alloc(70_000, 0xff)]),
    ],
  ])('finds the same in a block of several texts as in its lines, %s', (_what, block) => {
    const expression = new LineExpression('[0-9]', false);
    const numbers: number[] = [];
    for (let from = 0; from < block.length; ) {
      const hits = expression.match(block, from);
      numbers.push(...hits.numbers);
      from = hits.next;
    }
    expect(numbers).toEqual(lineByLine(block, '[0-9]'));
  });
});
