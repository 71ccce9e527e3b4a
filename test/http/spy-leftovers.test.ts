import type { LogRef } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import { SpyFormat } from '../../src/http/spy/spy-format';

const a: LogRef = { id: parseLogId('a'), generation: '1' };
const b: LogRef = { id: parseLogId('b'), generation: '2' };
const bytes = (text: string): Buffer[] => [Buffer.from(text)];

const ESC = '\u001b';
const LINK = `${ESC}]8;;http://evil.test/${ESC}\\`;
const LINK_OFF = `${ESC}]8;;${ESC}\\`;
const ASCII = `${ESC}(B`;
const SHIFT_IN = '\u000f';

/** What comes between the text of one stream and the name of the next. */
function between(style: 'plain' | 'color', text: string): string {
  const spy = new SpyFormat(style);
  spy.start(a);
  spy.start(b);
  spy.data(a, bytes(`${text}x\n`));
  return spy.data(b, bytes('y\n')).split('b:')[0] ?? '';
}

describe.each(['plain', 'color'] as const)('SpyFormat in the style %s', (style) => {
  const name = between(style, '');

  it.each([
    ['a link', LINK, LINK_OFF],
    ['a link with parameters that ends with BEL', `${ESC}]8;id=1;http://evil.test/\u0007`, LINK_OFF],
    ['a link introduced by a C1 character', '\u009d8;;http://evil.test/\u009c', LINK_OFF],
    ['line drawing', `${ESC}(0`, ASCII],
    ['another character set by a shift', `${ESC})0\u000e`, SHIFT_IN],
    ['another character set by a locking shift', `${ESC}n`, SHIFT_IN],
    ['a mix of all', `${LINK}${ESC}(0\u000e`, LINK_OFF + ASCII + SHIFT_IN],
  ])('%s is turned off before the lines of other streams', (_, text, off) => {
    expect(between(style, text)).toBe(off + name);
  });

  it.each([
    ['a link that has ended', `${LINK}here${LINK_OFF}`],
    ['line drawing that has ended', `${ESC}(0lqqk${ASCII}`],
    ['a shift that was taken back', `\u000elqqk${SHIFT_IN}`],
  ])('nothing is turned off for %s', (_, text) => {
    expect(between(style, text)).toBe(name);
  });

  it('a link that was turned off once is not turned off again', () => {
    const spy = new SpyFormat(style);
    for (const log of [a, b]) spy.start(log);
    expect(spy.data(a, bytes(`${LINK}x\n`)) + spy.end(b)).toContain(LINK_OFF);
    expect(spy.data(a, bytes('y\n')) + spy.end(a)).not.toContain(LINK_OFF);
  });
});
