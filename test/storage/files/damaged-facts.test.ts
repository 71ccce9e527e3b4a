import { spawnSync } from 'node:child_process';
import { copyFile, mkdir, readdir, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openLocalPacketStore } from '../../../src/relay/mailbox/local/local-packet-store';
import { createLogOf, readAll } from '../../contract/logs';
import { LIMITS } from '../../relay/mailbox/packet-store.contract';
import { withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

/** What may have become of a database file. Each of these ended the process by a signal, or said nothing of use. */
const DAMAGES: readonly (readonly [what: string, damage: (path: string) => Promise<unknown>])[] = [
  ['has a zeroed first page', (path) => zero(path, 0)],
  ['has a zeroed second page', (path) => zero(path, 1)],
  ['was cut within its pages', (path) => truncate(path, 5_000)],
  ['is something else', (path) => writeFile(path, 'this is no database\n'.repeat(1_000))],
];

describe('a start on a loom.mdb', () => {
  it.each([
    ...DAMAGES,
    ['is a directory', async (path: string) => rm(path).then(() => mkdir(path))] as const,
  ])('that %s is refused with its name and the way out, and changes nothing', async (_, damage) =>
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

describe('a start on a packets.mdb', () => {
  it.each(DAMAGES)('that %s is refused with its name', async (_, damage) =>
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
  return Promise.all(names.map(async (name) => `${name} ${(await stat(join(directory, name))).size}`));
}
