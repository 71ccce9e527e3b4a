import { chmod, mkdir, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalPacketStore } from '../../../src/relay/packets/local/local-packet-store';
import { at, bytes, createLogOf, seal, uniqueId } from '../../contract/logs';
import { LIMITS } from '../../relay/packets/packet-store.contract';
import { openFilesStore } from '../../support/open-stores';
import { withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

describe.each([
  ['000', 0o000],
  ['022', 0o022],
  ['077', 0o077],
])('a store with the umask %s', (_, umask) => {
  const before = process.umask();
  beforeAll(() => void process.umask(umask));
  afterAll(() => void process.umask(before));

  it('only the user of the store can read its files and enter its directories', () =>
    withDirectory(async (parent) => {
      const directory = join(parent, 'new', 'data');
      await withStore(directory, async (store) => {
        const writer = await createLogOf(store, 'secret');
        await seal(store, writer);
        const first = { chunks: bytes('more') };
        await store.create(uniqueId(), { contentType: 'text/plain', first }, 'new');
        const fork = { source: writer.log, at: at(6) };
        await store.create(uniqueId(), { contentType: 'text/plain', fork }, 'new');
        await store.ready();
        expect(await modesIn(join(parent, 'new'))).toEqual(new Set(['f 600', 'd 700']));
      });
    }));

  it('only the user of the packet store can read its files and enter its directories', () =>
    withDirectory(async (parent) => {
      const store = await openLocalPacketStore(join(parent, 'relay', 'packets'), LIMITS, () => {});
      await store.close();
      expect(await modesIn(parent)).toEqual(new Set(['f 600', 'd 700']));
    }));
});

describe('a directory that other users may enter', () => {
  it('a start works and warns with the mode and the remedy', () =>
    withDirectory(async (parent) => {
      const directory = join(parent, 'data');
      await mkdir(directory);
      await chmod(directory, 0o755);
      await withStore(directory, async (store, warnings) => {
        await createLogOf(store, 'x');
        const [warning, ...more] = warnings.splice(0);
        expect(more).toEqual([]);
        expect(warning).toContain(`${directory} has the mode 0755`);
        expect(warning).toContain(`chmod 700 ${directory}`);
      });
      await chmod(directory, 0o700);
      await openAndClose(directory);
    }));
});

async function openAndClose(directory: string): Promise<void> {
  const warn = (message: string): void => {
    throw new Error(message);
  };
  const store = await openFilesStore(directory, { warn });
  await store.close();
}

async function modesIn(directory: string): Promise<Set<string>> {
  const modes = new Set<string>();
  for (const name of await readdir(directory, { recursive: true })) {
    const entry = await stat(join(directory, name));
    modes.add(`${entry.isDirectory() ? 'd' : 'f'} ${(entry.mode & 0o777).toString(8)}`);
  }
  return modes;
}
