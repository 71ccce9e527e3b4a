import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SRC = path.join(__dirname, '../src');
const EXPORTED_TYPE = /^export (?:declare )?(?:abstract )?(?:interface|type|class|enum) (\w+)/gm;

it('no two files export a type of the same name', () => {
  expect(declaredTwice(readSources())).toEqual([]);
});

describe('the check of the names', () => {
  it('a type name in two files is found, whatever its form', () => {
    const files = new Map([
      ['core/log.ts', 'export interface Log {\n  readonly id: string;\n}\n'],
      ['http/log.ts', 'export abstract class Log {}\n'],
      ['http/page.ts', "export type Page = 'first';\n"],
      ['redis/page.ts', 'export enum Page {}\n'],
    ]);
    expect(declaredTwice(files)).toEqual([
      'Log: core/log.ts, http/log.ts',
      'Page: http/page.ts, redis/page.ts',
    ]);
  });

  it('types of one file, functions and re-exports are allowed', () => {
    const files = new Map([
      ['core/log.ts', 'interface Log {}\nexport class Tail {}\n'],
      [
        'http/log.ts',
        "interface Log {}\nexport type { Tail } from '../core/log';\nexport function Tail() {}\n",
      ],
    ]);
    expect(declaredTwice(files)).toEqual([]);
  });
});

function declaredTwice(files: ReadonlyMap<string, string>): string[] {
  const places = new Map<string, string[]>();
  for (const [file, source] of files)
    for (const [, name = ''] of source.matchAll(EXPORTED_TYPE))
      places.set(name, [...(places.get(name) ?? []), file]);
  return [...places]
    .filter(([, found]) => new Set(found).size > 1)
    .map(([name, found]) => `${name}: ${found.join(', ')}`);
}

function readSources(): Map<string, string> {
  const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Map(files.map((file) => [file, readFileSync(path.join(SRC, file), 'utf8')]));
}
