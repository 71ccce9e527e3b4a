import { GrepLines } from '../../src/cli/output/grep-lines';

const style = { withIds: true, withNumbers: true, hasColor: false, isTerminal: true, isRaw: false };

it('control characters of a stream do not reach a terminal', () => {
  const lines = new GrepLines(style);
  const text = 'a\x1b]0;title\x07b \x1b[31mred';
  expect(lines.match('x\x1b', { line: 3, text, at: [] })).toBe('x\\u001b:3:a^[]0;title^Gb \x1b[31mred\n');
  expect(lines.around('x', 4, '\x9b')).toBe('x-4-<9b>\n');
});

it.each([{ isRaw: true }, { isTerminal: false }])('with %j they pass unchanged', (changed) => {
  const lines = new GrepLines({ ...style, ...changed });
  expect(lines.match('x', { line: 3, text: '\x07', at: [] })).toBe('x:3:\x07\n');
});

it('a match within an escape sequence makes it visible', () => {
  const lines = new GrepLines({ ...style, withIds: false, withNumbers: false, hasColor: true });
  expect(lines.match('x', { line: 1, text: '\x1b]0;t', at: [[1, 2]] })).toBe('^[\x1b[1;31m]\x1b[m0;t\n');
});
