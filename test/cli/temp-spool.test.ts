import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import { join } from 'node:path';
import { TempSpool } from '../../src/cli/upload/temp-spool';

const SEGMENT = Buffer.alloc(64 * 1024 * 1024, '0123456789abcdef');

let parent: string;
let spool: TempSpool;

beforeEach(async () => {
  parent = await mkdtemp(join(os.tmpdir(), 'loom-spool-test-'));
  jest.spyOn(os, 'tmpdir').mockReturnValue(parent);
  spool = new TempSpool();
});

afterEach(async () => {
  await spool.close();
  jest.restoreAllMocks();
  await rm(parent, { recursive: true });
});

const read = async (at: number): Promise<string> => Buffer.from(await spool.read(at, 100)).toString();

it('a spool creates no directory before its first write', async () => {
  expect(await readdir(parent)).toEqual([]);
});

it('a spool reads at any offset, in each of its segments', async () => {
  await spool.write(100, SEGMENT);
  await spool.write(100 + SEGMENT.length, Buffer.from('xyz'));
  expect(await read(100 + SEGMENT.length - 6)).toBe('abcdef');
  expect(await read(101 + SEGMENT.length)).toBe('yz');
});

it('a spool deletes a segment when all of it is released', async () => {
  await spool.write(0, SEGMENT);
  await spool.write(SEGMENT.length, Buffer.from('xyz'));
  const [directory = ''] = await readdir(parent);
  await spool.release(SEGMENT.length - 1);
  expect(await readdir(join(parent, directory))).toHaveLength(2);
  await spool.release(SEGMENT.length);
  expect(await readdir(join(parent, directory))).toHaveLength(1);
  expect(await read(SEGMENT.length)).toBe('xyz');
});

it('a spool whose bytes are all released accepts a write at any offset', async () => {
  await spool.write(0, Buffer.from('0123'));
  await spool.release(4);
  await spool.write(50, Buffer.from('abc'));
  expect(await read(50)).toBe('abc');
});

it('a spool stores nothing of a write that fails, and goes on with the next one', async () => {
  await spool.write(0, Buffer.alloc(1024 * 1024, 'x'));
  const [directory = ''] = await readdir(parent);
  // A directory in the place of the next file refuses all writes.
  await mkdir(join(parent, directory, String(1024 * 1024)));
  await expect(spool.write(1024 * 1024, Buffer.from('abc'))).rejects.toThrow('EISDIR');
  await rm(join(parent, directory, String(1024 * 1024)), { recursive: true });
  await spool.write(1024 * 1024, Buffer.from('xyz'));
  expect(await read(1024 * 1024 - 2)).toBe('xx');
  expect(await read(1024 * 1024)).toBe('xyz');
});

it('a spool keeps few files open', async () => {
  const before = (await readdir('/proc/self/fd')).length;
  for (let at = 0; at < 40; at += 1) await spool.write(at * SEGMENT.length, SEGMENT.subarray(0, 1024 * 1024));
  for (let at = 0; at < 40; at += 1) await spool.read(at * SEGMENT.length, 100);
  expect((await readdir('/proc/self/fd')).length - before).toBeLessThan(5);
});

it('a spool is readable by its user only and deletes its files on close', async () => {
  await spool.write(0, Buffer.from('secret'));
  const [directory = ''] = await readdir(parent);
  expect((await stat(join(parent, directory))).mode & 0o077).toBe(0);
  await spool.close();
  expect(await readdir(parent)).toEqual([]);
});
