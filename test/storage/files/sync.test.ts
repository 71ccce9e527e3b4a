import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { Sync } from '../../../src/storage/files/bytes/sync';
import type { Durability } from '../../../src/storage/files/disk/durability';
import { Layout } from '../../../src/storage/files/disk/layout';
import { at } from '../../contract/logs';
import { withDirectory } from './temporary-directory';
import { until } from './until';

const NO_FD = -1;

/** Records whose file is asked for, which is what a sync in the background begins with. */
class Files {
  readonly synced: string[] = [];
  failures: Error[] = [];

  async use<T>(generation: string): Promise<T> {
    this.synced.push(generation);
    const failure = this.failures.shift();
    if (failure !== undefined) throw failure;
    // The descriptor would be handed to `fdatasync` here; nothing comes of it.
    return undefined as T;
  }
}

function syncOf(files: Files, durability: Durability, warnings: string[] = [], intervalMs = 10): Sync {
  const warn = (message: string): void => void warnings.push(message);
  return new Sync(new Layout('/nowhere'), files, { durability, intervalMs, warn });
}

describe('durability', () => {
  it('durability interval syncs each written log once per interval', async () => {
    const files = new Files();
    const sync = syncOf(files, 'interval');
    for (const generation of ['a', 'b', 'a', 'a']) await sync.written(generation, NO_FD, false);
    expect(files.synced).toEqual([]);
    await until(() => files.synced.length === 2);
    await sync.written('b', NO_FD, false);
    await until(() => files.synced.length === 3);
    expect(files.synced).toEqual(['a', 'b', 'b']);
    await sync.close();
    expect(files.synced).toHaveLength(3);
  });

  it('durability interval warns of a failed sync and retries it', async () => {
    const files = new Files();
    const warnings: string[] = [];
    const sync = syncOf(files, 'interval', warnings);
    files.failures = [new Error('the disk is on fire')];
    await sync.written('a', NO_FD, false);
    await until(() => files.synced.length === 2);
    expect(warnings).toEqual([expect.stringContaining('the disk is on fire')]);
    await sync.close();
  });

  it.each(['os', 'interval', 'always'] as const)(
    'a close with durability %s returns whether all bytes are on the disk',
    async (durability) => {
      const files = new Files();
      const sync = syncOf(files, durability, [], 600_000);
      sync.markUnsynced('a', at(1));
      expect(await sync.close()).toBe(durability !== 'os');
      expect(files.synced).toEqual(durability === 'os' ? [] : ['a']);
    },
  );

  it('a close returns false after a failed sync, even if the next one succeeded', async () => {
    const files = new Files();
    const sync = syncOf(files, 'interval');
    files.failures = [new Error('the disk is on fire')];
    await sync.written('a', NO_FD, false);
    await until(() => files.synced.length === 2);
    expect(await sync.close()).toBe(false);
  });

  it('a close syncs at once, except removed logs', async () => {
    const files = new Files();
    const sync = syncOf(files, 'interval', [], 600_000);
    for (const generation of ['removed', 'kept']) await sync.written(generation, NO_FD, false);
    sync.forget('removed');
    await sync.close();
    expect(files.synced).toEqual(['kept']);
  });

  it('durability os never syncs', async () => {
    const files = new Files();
    const sync = syncOf(files, 'os');
    await sync.written('a', NO_FD, true);
    await sync.close();
    expect(files.synced).toEqual([]);
  });

  it('durability always acknowledges only after a successful sync', () =>
    withDirectory(async (directory) => {
      const sync = syncOf(new Files(), 'always');
      const file = await open(join(directory, 'log'), 'w');
      await expect(sync.written('a', file.fd, false)).resolves.toBeUndefined();
      await file.close();
      await expect(sync.written('a', 1 << 20, false)).rejects.toMatchObject({ code: 'EBADF' });
    }));
});
