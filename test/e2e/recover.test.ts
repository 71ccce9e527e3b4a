import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { copyFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';

const BIN = join(__dirname, '../../bin/loom');

describe('a server without a usable loom.mdb', () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-recover-'));
  const data = join(directory, 'data');
  const facts = join(data, 'loom.mdb');
  let loom: LoomProcess;

  beforeAll(async () => {
    loom = await LoomProcess.start({ store: `file:${data}` });
    for (const n of [1, 2, 3, 4, 5]) await produce(`build-${n}`, `output ${n}\n`);
    await loom.kill('SIGKILL');
    await copyFile(facts, join(directory, 'old.mdb'));
  });
  afterAll(async () => {
    await loom.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  async function produce(id: string, text: string): Promise<void> {
    const headers = { 'content-type': 'text/plain', 'x-stream-metadata': JSON.stringify({ id }) };
    const { status } = await request(`${loom.url}/stream/${id}`, { method: 'POST', headers, body: text });
    expect(status).toBe(201);
  }

  /** Runs the command to its end. */
  function run(...args: string[]): { readonly code: number | null; readonly text: string } {
    const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], { encoding: 'utf8' });
    return { code: status, text: stdout + stderr };
  }

  const logFiles = async (): Promise<number> =>
    (await readdir(data, { recursive: true })).filter((name) => name.endsWith('.log')).length;

  it('a server without loom.mdb does not start, and loom recover brings all streams back', async () => {
    await rename(facts, join(directory, 'right.mdb'));
    const start = run('--port', '0', '--store', `file:${data}`);
    expect(start.code).toBe(1);
    expect(start.text).toMatch(/^loom: .*loom\.mdb is missing, and there are 5 streams in .*\.log/);
    expect(start.text).toContain(`"loom recover --store file:${data}"`);
    expect(await logFiles()).toBe(5);

    const recovery = run('recover', '--store', `file:${data}`);
    expect(recovery).toEqual({ code: 0, text: expect.stringContaining('Brought back 5 streams') });
    for (const n of [1, 2, 3, 4, 5]) expect(recovery.text).toContain(`build-${n}: brought back as complete`);
    expect(run('recover', '--store', `file:${data}`)).toEqual({ code: 0, text: 'No stream was missing\n' });

    await loom.restart();
    for (const n of [1, 2, 3, 4, 5]) {
      const { text, headers } = await request(`${loom.url}/stream/build-${n}`);
      expect(text).toBe(`output ${n}\n`);
      expect(headers).toMatchObject({
        'content-type': 'text/plain',
        'x-stream-metadata': JSON.stringify({ id: `build-${n}` }),
      });
    }
    expect(run('recover', '--store', `file:${data}`)).toEqual({
      code: 1,
      text: expect.stringContaining('is in use by another process'),
    });
  });

  it('loom recover adds the newer streams and bytes to a loom.mdb from a backup', async () => {
    await produce('build-6', 'output 6\n');
    await request(`${loom.url}/stream/build-2?force=true`, { method: 'POST', body: 'again\n' });
    await request(`${loom.url}/stream/build-1`, { method: 'DELETE' });
    await loom.kill('SIGTERM');
    await copyFile(join(directory, 'old.mdb'), facts);
    const start = run('--port', '0', '--store', `file:${data}`);
    expect(start).toEqual({ code: 1, text: expect.stringContaining('does not know 2 streams') });
    expect(await logFiles()).toBe(5);
    expect(run('recover', '--store', `file:${data}`).code).toBe(0);
    await loom.restart();
    expect((await request(`${loom.url}/stream/build-6`)).text).toBe('output 6\n');
    expect((await request(`${loom.url}/stream/build-2`)).text).toBe('again\n');
    expect((await request(`${loom.url}/stream/build-1`)).status).toBe(404);
    const { streams } = JSON.parse((await request(`${loom.url}/stream`)).text);
    expect(streams).toHaveLength(5);
  });

  it('loom recover brings the streams back when loom.mdb is damaged', async () => {
    await loom.kill('SIGTERM');
    await writeFile(facts, Buffer.alloc(4096), { flag: 'r+' });
    const start = run('--port', '0', '--store', `file:${data}`);
    expect(start).toEqual({ code: 1, text: expect.stringMatching(/loom\.mdb is damaged: .*loom recover/) });
    expect(run('recover', '--store', `file:${data}`).text).toMatch(/It is now .*\.damaged-.*Brought back 5/s);
    await loom.restart();
    expect((await request(`${loom.url}/stream/build-6`)).text).toBe('output 6\n');
  });

  it('loom recover prints its usage, and refuses wrong arguments and stores', async () => {
    expect(run('recover', '--help')).toEqual({
      code: 0,
      text: expect.stringContaining('loom recover [options]'),
    });
    expect(run('recover', 'now').code).toBe(2);
    expect(run('recover', '--store', 'memory:')).toEqual({
      code: 1,
      text: expect.stringContaining('only a store of files'),
    });
    await rm(join(directory, 'old.mdb'));
    const nowhere = run('recover', '--store', `file:${join(directory, 'nowhere')}`);
    expect(nowhere).toEqual({ code: 1, text: expect.stringContaining('There is no store in') });
  });
});
