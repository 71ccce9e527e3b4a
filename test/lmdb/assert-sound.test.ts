import { copyFile, open as openFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { open } from 'lmdb';
import { verifyDatabase } from '../../src/lmdb/verify-database';
import { makeDirectory, removeDirectory } from '../storage/files/temporary-directory';

const PAGE = 4096;
/** Where the first two pages have the number of the last one in use. */
const LAST_PAGE = 144;

describe('verifyDatabase', () => {
  let directory = '';
  let sound = '';
  let pages = 0;

  beforeAll(async () => {
    directory = await makeDirectory();
    sound = join(directory, 'sound.mdb');
    await fill(sound);
    const all = await readAll(sound);
    pages = 1 + Math.max(...[0, PAGE].map((at) => Number(all.readBigUInt64LE(at + LAST_PAGE))));
  });
  afterAll(() => removeDirectory(directory));

  /** Checks a copy that `damage` has changed. */
  async function check(damage: (path: string) => Promise<void>): Promise<void> {
    const path = join(directory, 'copy.mdb');
    await copyFile(sound, path);
    await damage(path);
    await verifyDatabase(path);
  }

  it('a sound database, a new one and an empty file pass', async () => {
    await check(async () => {});
    await check((path) => truncate(path, 0));
    const path = join(directory, 'fresh.mdb');
    await open({ path, overlappingSync: true }).close();
    await verifyDatabase(path);
  });

  it.each([
    ['whose first page is zeroed', 0, PAGE, 'its first page is not that of an LMDB database'],
    ['whose second page is zeroed', PAGE, PAGE, 'its second page is not that of an LMDB database'],
    ['whose first pages are zeroed', 0, 4 * PAGE, 'its first page is not that of an LMDB database'],
  ])('a database %s is refused', async (_, at, bytes, reason) => {
    await expect(check((path) => overwrite(path, at, Buffer.alloc(bytes)))).rejects.toThrow(reason);
  });

  it('a truncated database is refused, wherever it was cut', async () => {
    for (const bytes of [1, 100, PAGE, PAGE + 1, 2 * PAGE, 5 * PAGE + 7, pages * PAGE - 1]) {
      await expect(check((path) => truncate(path, bytes))).rejects.toMatchObject({ name: 'DamagedDatabase' });
    }
  });

  it('a file that is not a database is refused', async () => {
    for (const text of ['hello', 'x'.repeat(100_000)]) {
      await expect(check((path) => writeFile(path, text))).rejects.toThrow('first page');
    }
  });

  it.each([
    ['zeros', () => Buffer.alloc(PAGE)],
    ['ones', () => Buffer.alloc(PAGE, 0xff)],
    ['another page', (page: number, all: Buffer) => all.subarray((page - 1) * PAGE, page * PAGE)],
  ])('a database with %s in a used page is refused', async (_, content) => {
    const all = await readAll(sound);
    let refused = 0;
    for (let page = 2; page < pages; page += 1) {
      await check((path) => overwrite(path, page * PAGE, content(page, all))).catch((error) => {
        expect(error).toMatchObject({ name: 'DamagedDatabase', message: expect.stringContaining('page') });
        refused += 1;
      });
    }
    // The others are free, or the later pages of a long value.
    expect(refused).toBeGreaterThan(pages / 2);
  });
});

async function fill(path: string): Promise<void> {
  const root = open({ path, overlappingSync: true, encoding: 'json' });
  const [short, long] = [root.openDB({ name: 'short' }), root.openDB({ name: 'long' })];
  await root.batch(() => {
    for (let n = 0; n < 3_000; n += 1) void short.put(`key ${n}`, { n, text: 'some text' });
    for (let n = 0; n < 20; n += 1) void long.put(`key ${n}`, 'long '.repeat(800 * (n % 3)));
  });
  await root.close();
  await rm(`${path}-lock`);
}

async function overwrite(path: string, at: number, content: Buffer): Promise<void> {
  const file = await openFile(path, 'r+');
  await file.write(content, 0, content.length, at);
  await file.close();
}

async function readAll(path: string): Promise<Buffer> {
  const file = await openFile(path, 'r');
  const bytes = await file.readFile();
  await file.close();
  return bytes;
}
