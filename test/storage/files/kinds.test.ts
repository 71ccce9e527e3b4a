import { spawnSync } from 'node:child_process';
import { lstat, mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalPacketStore } from '../../../src/relay/packets/local/local-packet-store';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { createLogOf, readAll } from '../../contract/logs';
import { LIMITS } from '../../relay/packets/packet-store.contract';
import { withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

type Make = (path: string) => Promise<unknown>;

/** What may be in the place of a file or a directory. Opening some of these waits forever. */
const FOREIGN: Readonly<Record<string, Make>> = {
  'a named pipe': async (path) => expect(spawnSync('mkfifo', [path]).status).toBe(0),
  'a symbolic link to nowhere, which leads to nothing': (path) => symlink('nowhere', path),
  'a symbolic link to /dev/null, which is a device': (path) => symlink('/dev/null', path),
};
const IN_PLACE_OF = {
  file: { ...FOREIGN, 'a directory': (path: string) => mkdir(path) },
  directory: { ...FOREIGN, 'a file': (path: string) => writeFile(path, '') },
};
const PLACES: readonly (readonly [name: string, expected: keyof typeof IN_PLACE_OF])[] = [
  ['loom.lock', 'file'],
  ['loom.mdb-lock', 'file'],
  ['clean-stop', 'file'],
  ['probe', 'file'],
  ['logs/facts-00000001.jsonl', 'file'],
  ['logs', 'directory'],
  ['cut', 'directory'],
  ['', 'directory'],
];

describe.each(PLACES)('another kind of file in the place of %j, which is a %s', (name, expected) => {
  it.each(Object.entries<Make>(IN_PLACE_OF[expected]))(
    '%s is refused by a start and by a recovery, which change nothing',
    (what, make) =>
      withDirectory(async (outside) => {
        const directory = join(outside, 'store');
        await withStore(directory, (store) => createLogOf(store, 'kept'));
        const path = join(directory, name);
        await rm(path, { recursive: true, force: true });
        await make(path);
        const before = await everythingIn(outside);
        const refusal = {
          code: 'STORE_DAMAGED',
          message: `${path} is ${what}, and not a ${expected}. Nothing was changed. Put the right one in its place, or move it away`,
        };
        await expect(withStore(directory, async () => {})).rejects.toMatchObject(refusal);
        await expect(recoverFilesStore(directory, () => {})).rejects.toMatchObject(refusal);
        expect(await everythingIn(outside)).toEqual(before);
      }),
  );
});

it('a broken link in the place of a folder of logs is refused', () =>
  withDirectory(async (directory) => {
    const { log } = await withStore(directory, (store) => createLogOf(store, 'kept'));
    const shard = join(directory, 'logs', log.generation.slice(-2));
    await rm(shard, { recursive: true });
    await symlink('nowhere', shard);
    const message = expect.stringContaining(`${shard} is a symbolic link to nowhere, which leads to nothing`);
    await expect(withStore(directory, async () => {})).rejects.toMatchObject({ message });
  }));

it('symbolic links to files and directories work', () =>
  withDirectory(async (outside) => {
    const [directory, elsewhere] = [join(outside, 'store'), join(outside, 'elsewhere')];
    await Promise.all([directory, elsewhere].map((path) => mkdir(path, { mode: 0o700 })));
    await symlink(elsewhere, join(directory, 'logs'));
    await writeFile(join(outside, 'lock'), '');
    await symlink(join(outside, 'lock'), join(directory, 'loom.lock'));
    const { log } = await withStore(directory, (store) => createLogOf(store, 'kept'));
    await recoverFilesStore(directory, () => {});
    await withStore(directory, async (store) => {
      expect((await readAll(store, log)).bytes.toString()).toBe('kept');
    });
  }));

it.each([
  ['relay', 'directory'],
  ['relay/packets', 'directory'],
  ['relay/packets/packets.mdb-lock', 'file'],
])('a named pipe in the place of %s is refused by the packet proxy', (name, expected) =>
  withDirectory(async (directory) => {
    const packets = join(directory, 'relay', 'packets');
    await (await openLocalPacketStore(packets, LIMITS, () => {})).close();
    const path = join(directory, name);
    await rm(path, { recursive: true });
    await FOREIGN['a named pipe']?.(path);
    await expect(openLocalPacketStore(packets, LIMITS, () => {})).rejects.toThrow(
      `${path} is a named pipe, and not a ${expected}. Move it away`,
    );
  }),
);

async function everythingIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return Promise.all(names.map(async (name) => `${name} ${(await lstat(join(directory, name))).size}`));
}
