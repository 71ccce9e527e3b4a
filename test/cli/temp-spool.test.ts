import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TempSpool } from '../../src/cli/temp-spool';

let parent: string;
let spool: TempSpool;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'loom-spool-test-'));
  spool = new TempSpool(parent, 10);
});

afterEach(async () => {
  await spool.close();
  await rm(parent, { recursive: true });
});

const read = async (at: number): Promise<string> => Buffer.from(await spool.read(at, 100)).toString();

it('makes nothing before it is needed', async () => {
  expect(await readdir(parent)).toEqual([]);
});

it('reads at any offset, over the borders of its files', async () => {
  await spool.write(100, Buffer.from('0123456789'));
  await spool.write(110, Buffer.from('abc'));
  expect(await read(104)).toBe('456789');
  expect(await read(111)).toBe('bc');
});

it('gives disk space back once it is released', async () => {
  await spool.write(0, Buffer.from('0123456789'));
  await spool.write(10, Buffer.from('abc'));
  const [directory = ''] = await readdir(parent);
  await spool.release(9);
  expect(await readdir(join(parent, directory))).toHaveLength(2);
  await spool.release(10);
  expect(await readdir(join(parent, directory))).toHaveLength(1);
  expect(await read(10)).toBe('abc');
});

it('begins anywhere after everything was released', async () => {
  await spool.write(0, Buffer.from('0123'));
  await spool.release(4);
  await spool.write(50, Buffer.from('abc'));
  expect(await read(50)).toBe('abc');
});

it('keeps what it holds from other users, and leaves nothing behind', async () => {
  await spool.write(0, Buffer.from('secret'));
  const [directory = ''] = await readdir(parent);
  expect((await stat(join(parent, directory))).mode & 0o077).toBe(0);
  await spool.close();
  expect(await readdir(parent)).toEqual([]);
});
