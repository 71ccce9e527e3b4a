import { spawnSync } from 'node:child_process';
import { copyFile, lstat, mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalPacketStore } from '../../../src/relay/packets/local/local-packet-store';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { createLogOf, readAll } from '../../contract/logs';
import { LIMITS } from '../../relay/packets/packet-store.contract';
import { withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

/** Damages of a database file. Each of them ended the process by a signal, or with an error of no use. */
const DAMAGES: readonly (readonly [what: string, damage: (path: string) => Promise<unknown>])[] = [
  ['has a zeroed first page', (path) => zero(path, 0)],
  ['has a zeroed second page', (path) => zero(path, 1)],
  ['was cut within its pages', (path) => truncate(path, 5_000)],
  ['is something else', (path) => writeFile(path, 'this is no database\n'.repeat(1_000))],
];

describe('a damaged loom.mdb', () => {
  it.each(DAMAGES)(
    'a start refuses a loom.mdb that %s, names the remedy and changes nothing',
    async (_, damage) =>
      withDirectory(async (directory) => {
        const facts = join(directory, 'loom.mdb');
        const writer = await withStore(directory, (store) => createLogOf(store, 'kept'));
        await copyFile(facts, `${facts}.backup`);
        await damage(facts);
        const before = await everythingIn(directory);
        await expect(withStore(directory, async () => {})).rejects.toMatchObject({
          code: 'STORE_DAMAGED',
          message: expect.stringMatching(/loom\.mdb is damaged: .*"loom recover --store file:\/.*" brings/),
        });
        expect(await everythingIn(directory)).toEqual(before);
        await rm(facts, { recursive: true });
        await copyFile(`${facts}.backup`, facts);
        await withStore(directory, async (store) => {
          expect((await readAll(store, writer.log)).bytes.toString()).toBe('kept');
        });
      }),
  );
});

/** What may be in the place of a database file. Opening some of these waits forever. */
const FOREIGN: readonly (readonly [what: string, make: (path: string) => Promise<unknown>])[] = [
  ['a directory', (path) => mkdir(path)],
  ['a named pipe', async (path) => expect(spawnSync('mkfifo', [path]).status).toBe(0)],
  ['a symbolic link to nowhere, which leads to nothing', (path) => symlink('nowhere', path)],
  ['a symbolic link to /dev/null, which is a device', (path) => symlink('/dev/null', path)],
  ['a symbolic link to loom.mdb, which leads to nothing', (path) => symlink('loom.mdb', path)],
];

describe('another file in the place of loom.mdb', () => {
  it.each(FOREIGN)('%s is refused by a start and by a recovery, which change nothing', (what, make) =>
    withDirectory(async (directory) => {
      const [facts, right] = [join(directory, 'loom.mdb'), join(directory, 'right.mdb')];
      const writer = await withStore(directory, (store) => createLogOf(store, 'kept'));
      await rename(facts, right);
      await make(facts);
      const before = await everythingIn(directory);
      const refusal = {
        code: 'STORE_DAMAGED',
        message: `${facts} is ${what}. Nothing was changed. Put the right loom.mdb in its place; or move it away and run "loom recover --store file:${directory}", which brings the streams back`,
      };
      await expect(withStore(directory, async () => {})).rejects.toMatchObject(refusal);
      await expect(recoverFilesStore(directory, () => {})).rejects.toMatchObject(refusal);
      expect(await everythingIn(directory)).toEqual(before);
      await rm(facts, { recursive: true });
      await rename(right, facts);
      await withStore(directory, async (store) => {
        expect((await readAll(store, writer.log)).bytes.toString()).toBe('kept');
      });
    }),
  );

  it('a symbolic link to the real file works', () =>
    withDirectory(async (directory) => {
      const [facts, elsewhere] = [join(directory, 'loom.mdb'), join(directory, 'elsewhere.mdb')];
      const writer = await withStore(directory, (store) => createLogOf(store, 'kept'));
      await rename(facts, elsewhere);
      await symlink(elsewhere, facts);
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async (store) => {
        expect((await readAll(store, writer.log)).bytes.toString()).toBe('kept');
      });
    }));
});

describe('a damaged packets.mdb', () => {
  it.each(FOREIGN.map(([what, make]) => [what.replace('loom', 'packets'), make] as const))(
    'a start refuses a packets.mdb that is %s, and names it',
    async (what, make) =>
      withDirectory(async (directory) => {
        const path = join(directory, 'packets.mdb');
        await (what.includes('packets') ? symlink('packets.mdb', path) : make(path));
        await expect(openLocalPacketStore(directory, LIMITS, () => {})).rejects.toThrow(
          `packets.mdb is damaged: it is ${what}. Move it away`,
        );
      }),
  );

  it.each(DAMAGES)('a start refuses a packets.mdb that %s, and names it', async (_, damage) =>
    withDirectory(async (directory) => {
      await (await openLocalPacketStore(directory, LIMITS, () => {})).close();
      await damage(join(directory, 'packets.mdb'));
      await expect(openLocalPacketStore(directory, LIMITS, () => {})).rejects.toThrow(
        /packets\.mdb is damaged: .*Move it away/,
      );
    }),
  );
});

async function zero(path: string, page: number): Promise<void> {
  const { status } = spawnSync('dd', [
    'if=/dev/zero',
    `of=${path}`,
    'bs=4096',
    'count=1',
    `seek=${page}`,
    'conv=notrunc',
  ]);
  expect(status).toBe(0);
}

async function everythingIn(directory: string): Promise<string[]> {
  const names = (await readdir(directory, { recursive: true })).sort();
  return Promise.all(names.map(async (name) => `${name} ${(await lstat(join(directory, name))).size}`));
}
