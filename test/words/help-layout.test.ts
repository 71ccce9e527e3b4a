import { execFileSync } from 'node:child_process';
import { helpCommand, helpParagraph, helpRow, helpWidth } from '../../src/words/help-layout';

const TEXT = 'one two three four five six seven eight';

it('a row is one line where lines are not wrapped', () => {
  expect(helpRow('--name', TEXT, { names: 8, width: Number.POSITIVE_INFINITY })).toBe(
    `  --name    ${TEXT}\n`,
  );
});

it('a description is wrapped below its own beginning', () => {
  expect(helpRow('--name', TEXT, { names: 8, width: 40 })).toBe(
    '  --name    one two three four five six\n            seven eight\n',
  );
});

it('a long name has its description below', () => {
  expect(helpRow('--a-long-name', TEXT, { names: 8, width: 40 })).toBe(
    '  --a-long-name\n            one two three four five six\n            seven eight\n',
  );
});

it('a description that has no room beside the names is below them', () => {
  expect(helpRow('--name', TEXT, { names: 30, width: 40 })).toBe(
    '  --name\n      one two three four five six seven\n      eight\n',
  );
});

it('a word that is wider than a line is cut', () => {
  expect(helpParagraph(`a ${'b'.repeat(80)} c`, 40, '  ')).toBe(
    `a\n  ${'b'.repeat(38)}\n  ${'b'.repeat(38)}\n  ${'b'.repeat(4)} c\n`,
  );
});

it('a command that is wrapped can be pasted', () => {
  const command = "stream wait --match 'listening on 1' --timeout 30s http://localhost:3060 server-1";
  const wrapped = helpCommand(command, 40);
  expect(Math.max(...wrapped.split('\n').map((line) => line.length))).toBeLessThanOrEqual(40);
  const args = (text: string): string =>
    execFileSync('bash', ['-c', `stream() { printf '%s|' "$@"; }; ${text}`]).toString();
  expect(args(wrapped)).toBe(args(command));
  expect(helpCommand(command, Number.POSITIVE_INFINITY)).toBe(`  ${command}\n`);
});

it.each([
  [{ columns: 100 }, {}, 100],
  [{ columns: 100 }, { COLUMNS: '60' }, 100],
  [{ columns: 10 }, {}, 40],
  [{ columns: 0 }, {}, Number.POSITIVE_INFINITY],
  [{}, { COLUMNS: '60' }, 60],
  [{}, { COLUMNS: 'x' }, Number.POSITIVE_INFINITY],
  [{}, {}, Number.POSITIVE_INFINITY],
])('an output %j with the environment %j has lines of %d', (output, env, width) => {
  expect(helpWidth(output, env)).toBe(width);
});
