import { readFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from './packed-package';

/** An example of docs/client.md. */
export interface Example {
  /** The heading above it, and which one below that it is. */
  readonly title: string;
  readonly code: string;
  readonly output: string;
  /** It imports a module of Node. */
  readonly needsNode: boolean;
}

const BLOCK =
  /^## (?<heading>.*)$|^```js\n(?<code>[\s\S]*?)^```\n(?:\n```text\n(?<output>[\s\S]*?)^```\n)?/gm;

/** The URL in the examples. */
const DOCUMENTED_URL = 'http://localhost:3060';

/** Each example as a module of its own, which begins with the first block of the page. @param url replaces the one of the page */
export function examplesFor(url: string): Example[] {
  const page = readFileSync(path.join(REPOSITORY, 'docs/client.md'), 'utf8');
  const examples: Example[] = [];
  let [heading, count, preamble] = ['', 0, ''];
  for (const { groups = {} } of page.matchAll(BLOCK)) {
    if (groups['code'] === undefined) {
      [heading, count] = [groups['heading'] ?? '', 0];
    } else if (preamble === '') {
      preamble = groups['code'];
    } else {
      count += 1;
      const code = (preamble + groups['code']).replaceAll(DOCUMENTED_URL, url);
      const output = groups['output'] ?? '';
      examples.push({ title: `${heading} ${count}`, code, output, needsNode: code.includes("from 'node:") });
    }
  }
  return examples;
}

/** Replaces `console.log`: texts are shown as they are, and other values as JSON, in every environment. */
export const CONSOLE = `
  const show = (value) => (typeof value === 'string' ? value : String(JSON.stringify(value)));
  console.log = (...values) => print(values.map(show).join(' ') + '\\n');
`;
