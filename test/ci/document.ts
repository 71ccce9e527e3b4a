import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';

const PAGE = readFileSync(join(__dirname, '../../docs/ci.md'), 'utf8');

/** The code blocks below a heading of the page. */
export function blocksOf(heading: string): readonly string[] {
  const [, rest = ''] = PAGE.split(`\n## ${heading}\n`);
  const [own = ''] = rest.split('\n## ');
  return [...own.matchAll(/^```\w+\n([\s\S]*?)^```$/gm)].map(([, text = '']) => text);
}

/** All values of a key in a YAML document, in their order, as lists of commands. */
export function commandsIn(yaml: string, key: string): readonly (readonly string[])[] {
  return valuesOf(load(yaml), key).map((value) => [value].flat().map(String));
}

function valuesOf(node: unknown, key: string): readonly unknown[] {
  if (typeof node !== 'object' || node === null) return [];
  return Object.entries(node).flatMap(([name, value]) => (name === key ? [value] : valuesOf(value, key)));
}
