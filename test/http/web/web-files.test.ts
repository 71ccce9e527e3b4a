import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readWebFiles } from '../../../src/http/web/web-files';

describe('the files of the pages', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'loom-web-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const write = (name: string, content: string | Buffer): void =>
    writeFileSync(join(directory, name), content);

  it('there are none before they are built', () => {
    expect(readWebFiles(directory)).toBeUndefined();
    expect(readWebFiles(join(directory, 'none'))).toBeUndefined();
  });

  it('scripts and styles are assets with the forms that were built, and nothing else is one', () => {
    write('manifest.json', '{"list":{"script":"a.js","styles":["a.css"]}}');
    for (const name of ['a.js', 'a.js.br', 'a.js.gz', 'a.css', 'secret.txt', 'a.js.map']) write(name, name);
    const files = readWebFiles(directory);
    expect(files?.pages.list.script).toBe('a.js');
    expect([...(files?.assets.keys() ?? [])].sort()).toEqual(['a.css', 'a.js']);
    const script = files?.assets.get('a.js');
    expect([...(script?.forms.keys() ?? [])]).toEqual(['identity', 'br', 'gzip']);
    expect(script?.forms.get('br')?.bytes.toString()).toBe('a.js.br');
    expect([...(files?.assets.get('a.css')?.forms.keys() ?? [])]).toEqual(['identity']);
  });

  it('a server does not start with more than it keeps in memory', () => {
    write('manifest.json', '{}');
    write('large.js', Buffer.alloc(5 * 1024 * 1024));
    expect(() => readWebFiles(directory)).toThrow(/have 5242880 bytes, more than 4194304/);
  });
});
