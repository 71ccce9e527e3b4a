import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmdirSync } from 'node:fs';
import { readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrulyServer } from '../client/unruly-server';
import { BIN, StreamProcess } from './stream-process';

/** More than the memory of an upload and the disk together. */
const SOURCE = randomBytes(24 * 1024 * 1024);

const mounted = mountSmallDisk();
const onSmallDisk = mounted === undefined ? it.skip : it;

let server: UnrulyServer;
const started: StreamProcess[] = [];

beforeEach(async () => {
  server = new UnrulyServer();
  await server.start();
  await server.stop();
});

afterEach(async () => {
  for (const child of started.splice(0)) await child.dispose();
  await server.stop();
});

afterAll(() => {
  if (mounted === undefined) return;
  execFileSync('umount', [mounted]);
  rmdirSync(mounted);
});

function start(...args: string[]): StreamProcess {
  const child = new StreamProcess(args, { TMPDIR: mounted ?? '', LOOM_URL: server.url });
  started.push(child);
  return child;
}

const isFull = ({ stderr }: StreamProcess): boolean => stderr.includes('no room for more in');

onSmallDisk('stream delivers its whole input when the server is back after the disk was full', async () => {
  const child = start('a');
  child.stdin.end(SOURCE);
  await child.until(isFull);
  await server.start();
  const { code, stderr } = await child.finished();
  expect(code).toBe(0);
  expect(server.content('a').equals(SOURCE)).toBe(true);
  expect(stderr.match(/no room/g)).toHaveLength(1);
  expect(await readdir(mounted ?? '')).toEqual([]);
});

onSmallDisk(
  'run lets its command go on when it gives up, and keeps the output where there is room',
  async () => {
    const child = start('run', '--give-up-after', '1s', '--', 'sh', '-c', 'cat; exit 6');
    child.stdin.end(SOURCE);
    const { code, stderr } = await child.finished();
    expect(code).toBe(6);
    expect(stderr).toContain(`${SOURCE.length} bytes were not delivered`);
    const path = /they are in (\S+)/.exec(stderr)?.[1] ?? '';
    expect(path.startsWith(join(mounted ?? '', '/'))).toBe(false);
    expect((await readFile(path)).equals(SOURCE)).toBe(true);
    await rm(path);
  },
);

onSmallDisk('run keeps what does not fit on the disk of the first file in a second one', async () => {
  await server.start();
  await start('run', '--id', 'a', '--', 'true').finished();
  const child = start('run', '--id', 'a', '--', 'sh', '-c', 'cat; exit 6');
  await child.until(({ stderr }) => stderr.includes('not streamed'));
  child.stdin.end(SOURCE);
  const { code, stderr } = await child.finished();
  expect(code).toBe(6);
  const [first = '', second = ''] = pathsIn(stderr);
  expect(first.startsWith(join(mounted ?? '', '/'))).toBe(true);
  expect(Buffer.concat([await readFile(first), await readFile(second)]).equals(SOURCE)).toBe(true);
  await rm(first);
  await rm(second);
});

it('run keeps undelivered bytes in several files where their size is limited', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-limit-test-'));
  // Not `send`: that stops reading when it gives up, and how much it has read by then depends on the machine.
  const command = `stream run --give-up-after 500ms --id a ${server.url} -- sh -c 'cat; exit 6'`;
  const { stdout, stderr } = limited(`${command} > /dev/null`, directory);
  const paths = pathsIn(stderr);
  expect(paths.length).toBeGreaterThan(1);
  const kept = await Promise.all(paths.map((path) => readFile(path)));
  expect(Buffer.concat(kept).equals(SOURCE)).toBe(true);
  expect(stdout).toBe('6');
  await rm(directory, { recursive: true });
});

function pathsIn(stderr: string): string[] {
  return [...stderr.matchAll(/in (\/[^\s,]+undelivered[^\s,]+)/g)].map(([, path = '']) => path);
}

/** Runs a command line with the source as its input, where no file may be larger than 4 MiB. @returns its exit code as stdout */
function limited(commandLine: string, directory: string): { stdout: string; stderr: string } {
  const script = `trap '' XFSZ; ulimit -f 8192; PATH="$1:$PATH"; (${commandLine}); printf %s $?`;
  return spawnSync('sh', ['-c', script, 'sh', join(BIN, '..')], {
    input: SOURCE,
    env: { ...process.env, TMPDIR: directory },
    encoding: 'utf8',
  });
}

/** A file system of 4 MB. `undefined` where this process may not mount one. */
function mountSmallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'loom-small-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    // Only root may, and not in every container.
    rmdirSync(directory);
    return undefined;
  }
}
