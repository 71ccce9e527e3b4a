import { spawnSync } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { createLogOf } from '../../contract/logs';
import { openFilesStore } from '../../support/open-stores';
import { withStore } from './opened-store';
import { withRunningStore } from './running-store';
import { withDirectory } from './temporary-directory';

const NOBODY = 65_534;
const IN_USE = /is in use by another process/;

describe('the lock of a store directory', () => {
  it('the lock holds when its files are removed under the running process, and ends with the process', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.untilLines(1);
        await removeLockFiles(directory);
        await expect(open(directory)).rejects.toThrow(IN_USE);
        await removeLockFiles(directory);
        await expect(open(directory)).rejects.toThrow(IN_USE);
        await running.kill();
      });
      await withStore(directory, async () => {});
    }));

  it('the lock holds when loom.mdb is moved away as well, even against a recovery', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.untilLines(1);
        await removeLockFiles(directory);
        await rename(join(directory, 'loom.mdb'), join(directory, 'moved'));
        await expect(open(directory)).rejects.toThrow(IN_USE);
        await removeLockFiles(directory);
        await expect(recoverFilesStore(directory, () => {})).rejects.toThrow(IN_USE);
        await running.kill();
      });
      await recoverFilesStore(directory, () => {});
      await withStore(directory, async () => {});
    }));

  it('a stopped process holds the lock until it is killed', () =>
    withDirectory(async (directory) => {
      await withRunningStore([directory], async (running) => {
        await running.untilLines(1);
        running.pause();
        await expect(open(directory)).rejects.toThrow(IN_USE);
        await running.kill();
      });
      await withStore(directory, async () => {});
    }));

  it('a process cannot open its store again before it has closed it', () =>
    withDirectory(async (directory) => {
      await withStore(directory, () => expect(open(directory)).rejects.toThrow(IN_USE));
      await withStore(directory, async () => {});
    }));

  it('the socket of an earlier version that is running counts as a lock', () =>
    withDirectory(async (directory) => {
      const server = await listen(join(directory, 'loom.lock.7'));
      try {
        await expect(open(directory)).rejects.toThrow(IN_USE);
      } finally {
        await new Promise((resolve) => server.close(resolve));
      }
    }));

  it('the sockets of a killed earlier version are removed', () =>
    withDirectory(async (directory) => {
      // Closing a server removes its socket: that of a process which was killed stays.
      const program = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
      spawnSync(process.execPath, ['-e', program, join(directory, 'loom.lock.3')]);
      await writeFile(join(directory, 'loom.lock.backup'), 'not a socket');
      expect(await readdir(directory)).toContain('loom.lock.3');
      await withStore(directory, async () => {});
      const names = (await readdir(directory)).filter((name) => name.startsWith('loom.lock'));
      expect(names.sort()).toEqual(['loom.lock', 'loom.lock.backup']);
    }));
});

describe('a store directory of another user', () => {
  it('a start fails with the user and the mode of the directory', () =>
    withDirectory(async (directory) => {
      const data = join(directory, 'data');
      await mkdir(data, { mode: 0o700 });
      await chmod(directory, 0o755);
      expect(await refusalWithout(data)).toMatch(
        /Permission denied for the directory .*\/data: .*\/data.* belongs to user \d+ and has the mode 0[57]00, and this process runs as user \d+/,
      );
    }));

  it('a start fails with the user and the mode of a folder inside', () =>
    withDirectory(async (directory) => {
      if (process.getuid?.() !== 0) return;
      await withStore(directory, (store) => createLogOf(store, 'mine'));
      await chmod(directory, 0o777);
      await rm(join(directory, 'loom.lock'));
      await withRunningStore([directory, 0, NOBODY], async (running) => {
        await running.untilLines(2);
        expect(running.lines.at(-1)).toMatch(/logs belongs to user 0 and has the mode 0700/);
      });
    }));
});

/** The reason for which a process without permissions is refused. Root has all of them: then another user tries. */
async function refusalWithout(directory: string): Promise<string> {
  if (process.getuid?.() === 0) {
    return withRunningStore([directory, 0, NOBODY], async (running) => {
      await running.untilLines(1);
      return running.lines.join('\n');
    });
  }
  await chmod(directory, 0o500);
  return open(directory).then(
    () => 'opened',
    (error: Error) => error.message,
  );
}

async function removeLockFiles(directory: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith('loom.lock'));
  expect(names).not.toEqual([]);
  for (const name of names) await rm(join(directory, name));
}

/** Expected to fail. */
async function open(directory: string): Promise<void> {
  const store = await openFilesStore(directory, { warn: () => {} });
  await store.close();
}

function listen(path: string): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer().listen(path, () => resolve(server));
  });
}
