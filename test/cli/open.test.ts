import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from './stream-process';

const URL = 'http://127.0.0.1:9/loom';
const ADDRESS = `${URL}/stream/build%2F7%26x`;
const SCREEN = { DISPLAY: ':99', WAYLAND_DISPLAY: '', BROWSER: '' };
const NO_SCREEN = { DISPLAY: '', WAYLAND_DISPLAY: '', BROWSER: '' };

describe('stream open', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'loom-open-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** @param script of the opener; none: there is no opener */
  const open = (script: string | undefined, env: Record<string, string>, ...args: string[]) => {
    const opener = join(directory, 'xdg-open');
    if (script !== undefined) {
      writeFileSync(opener, `#!/bin/sh\n${script}\n`);
      chmodSync(opener, 0o755);
    }
    const PATH = script === undefined ? directory : `${directory}:/usr/bin:/bin`;
    return stream(['open', ...args, URL, 'build/7&x'], {
      env: { ...env, PATH, OUT: join(directory, 'out') },
    });
  };
  const opened = (): string => readFileSync(join(directory, 'out'), 'utf8');

  it('the page is opened with the opener of the system', async () => {
    const { code, stdout, stderr } = await open('printf %s "$*" > "$OUT"', SCREEN);
    expect([code, stdout, stderr]).toEqual([0, '', `stream: opened ${ADDRESS}\n`]);
    expect(opened()).toBe(ADDRESS);
  });

  it('an opener that runs as long as its browser has opened it', async () => {
    const { code, stderr } = await open('printf %s "$*" > "$OUT"; exec sleep 4', SCREEN);
    expect([code, stderr]).toEqual([0, `stream: opened ${ADDRESS}\n`]);
  });

  it.each([
    ['without a screen', 'exit 0', NO_SCREEN],
    ['without an opener', undefined, SCREEN],
    ['with an opener that fails', 'exit 3', SCREEN],
  ])('the address is printed %s', async (_how, script, env) => {
    const { code, stdout, stderr } = await open(script, env);
    expect([code, stdout, stderr]).toEqual([0, `${ADDRESS}\n`, '']);
  });

  it('--print only prints the address', async () => {
    const { code, stdout } = await open('printf x > "$OUT"', SCREEN, '--print');
    expect([code, stdout]).toEqual([0, `${ADDRESS}\n`]);
    expect(opened).toThrow('ENOENT');
  });
});
