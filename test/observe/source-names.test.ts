import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const BUNDLE = join(ROOT, 'dist/loom.js');

/** @returns what the script prints, where `parts` is what `bin/loom` loads. Needs `npm run build` */
function printed(script: string): string {
  const code = `const parts = require(${JSON.stringify(BUNDLE)}); ${script}`;
  return execFileSync(process.execPath, ['-e', code], { encoding: 'utf8' });
}

describe('a stack trace of the server', () => {
  it('names the source file, the line and the function', () => {
    const stack = printed('try { parts.loadConfig({}) } catch (error) { console.log(error.stack) }');
    const [, at, file = '', line] =
      /^ {4}at (?:Object\.)?(\w+) \((src\/[\w/-]+\.ts):(\d+)\)$/m.exec(stack) ?? [];
    expect([at, file]).toEqual(['loadConfig', 'src/config/load.ts']);
    const source = readFileSync(join(ROOT, file), 'utf8').split('\n');
    expect(source[Number(line) - 1]).toContain('[DEFAULT_FILE, ...configs]');
    expect(stack).not.toContain(BUNDLE);
  });

  it('begins with the error, and keeps the places of other code', () => {
    const stack = printed(`console.log(new RangeError('too far').stack)`);
    expect(stack).toMatch(
      /^RangeError: too far\n {4}at \[eval\]:1:\d+\n {4}at \S+ \(node:internal\/\S+:\d+:\d+\)\n/,
    );
  });
});
