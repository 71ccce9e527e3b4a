import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const SCRIPT = join(__dirname, '../scripts/build-inputs.mjs');

describe('the hash of what a build reads', () => {
  let root: string;
  let first: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'loom-inputs-'));
    mkdirSync(join(root, 'src/core'), { recursive: true });
    mkdirSync(join(root, 'test'));
    write('src/core/log.ts', 'one');
    write('package-lock.json', '{}');
    first = hash();
  });
  afterEach(() => rmSync(root, { recursive: true }));

  const write = (name: string, text: string): void => writeFileSync(join(root, name), text);
  const hash = (): string => execFileSync(process.execPath, [SCRIPT], { cwd: root, encoding: 'utf8' });

  it.each([
    ['a file is edited', () => write('src/core/log.ts', 'two')],
    ['a file is added', () => write('src/server.lua', '')],
    ['a file is removed', () => rmSync(join(root, 'src/core/log.ts'))],
    ['a file is renamed', () => renameSync(join(root, 'src/core/log.ts'), join(root, 'src/core/logs.ts'))],
    ['a package is updated', () => write('package-lock.json', '{"a":1}')],
  ])('the hash is another one after %s', (_what, change) => {
    change();
    expect(hash()).not.toBe(first);
  });

  it.each([
    ['nothing was changed', () => {}],
    ['a file was only touched', () => utimesSync(join(root, 'src/core/log.ts'), 1, 1)],
    ['a file that is not built was edited', () => write('test/a.test.ts', 'x')],
  ])('the hash is the same after %s', (_what, change) => {
    change();
    expect(hash()).toBe(first);
  });
});
