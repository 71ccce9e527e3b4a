import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CLIENT_CODES } from '../../src/client/wire/error-code';
import { ERROR_TABLE } from '../../src/http/errors/error-table';

const PAGE = readFileSync(join(__dirname, '../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  it('the page lists every code with exactly the statuses of the server', () => {
    expect(documented()).toEqual(answered());
  });

  it('the page has the meaning and the remedy of every code', () => {
    for (const [, , meaning, remedy] of rows()) {
      expect(meaning).toMatch(/\w{3}/);
      expect(remedy).toMatch(/\w{3}/);
    }
  });
});

it('every code is in snake case', () => {
  for (const { code } of Object.values(ERROR_TABLE)) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

it('the server sends every code that the client knows', () => {
  expect(Object.keys(CLIENT_CODES).filter((code) => !Object.hasOwn(answered(), code))).toEqual([]);
});

function rows(): string[][] {
  return PAGE.split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

function documented(): Record<string, number[]> {
  const entries = rows().map(([code = '', statuses = '']): [string, number[]] => [
    code.replaceAll('`', ''),
    statuses.split(', ').map(Number),
  ]);
  expect(new Set(entries.map(([code]) => code)).size).toBe(entries.length);
  return Object.fromEntries(entries);
}

function answered(): Record<string, number[]> {
  const statuses = new Map<string, Set<number>>();
  for (const { code, status } of Object.values(ERROR_TABLE)) {
    statuses.set(code, (statuses.get(code) ?? new Set()).add(status));
  }
  return Object.fromEntries([...statuses].map(([code, set]) => [code, [...set].sort()]));
}
