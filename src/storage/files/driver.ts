import { resolve } from 'node:path';
import type { Config } from '../../config/config';
import type { Finding } from '../../core/store/finding';
import type { LogStore } from '../../core/store/store';
import type { Alarm, Warn } from '../../core/store/warnings';

/** `file:data`, `file:./data`, `file:/var/lib/loom` and `file:///var/lib/loom`. A relative directory is below the working directory. */
export const filesDriver = {
  schemes: ['file'],
  isShared: false,

  async open(
    { store, files, limits }: Config,
    reports: { readonly warn: Warn; readonly alarm: Alarm },
  ): Promise<LogStore> {
    const { openFilesStore }: typeof import('./open-files-store') = require('./open-files-store');
    return openFilesStore(directoryOf(store), { ...files, logsMax: limits.streams, ...reports });
  },

  async recover(url: string, print: (line: string) => void): Promise<void> {
    const { recoverFilesStore }: typeof import('./recover-store') = require('./recover-store');
    await recoverFilesStore(directoryOf(url), print);
  },

  async backup(url: string, directory: string, print: (line: string) => void): Promise<void> {
    const { backupFilesStore }: typeof import('./backup/backup-store') = require('./backup/backup-store');
    const { logs, bytes } = await backupFilesStore(directoryOf(url), directory, print);
    print(`Backed up ${logs} ${logs === 1 ? 'stream' : 'streams'} with ${bytes} bytes to ${directory}`);
  },

  async restore(url: string, directory: string, print: (line: string) => void): Promise<void> {
    const { restoreFilesStore }: typeof import('./backup/restore-store') = require('./backup/restore-store');
    const { files, bytes } = await restoreFilesStore(directoryOf(url), directory);
    print(`Restored ${files} files with ${bytes} bytes to ${directoryOf(url)}`);
  },

  check({ store }: Config): AsyncIterable<Finding> {
    const { checkFilesStore }: typeof import('./check-files-store') = require('./check-files-store');
    return checkFilesStore(directoryOf(store));
  },

  relayPlace: (url: string) => ({ directory: directoryOf(url) }),
};

function directoryOf(url: string): string {
  const path = url.slice('file:'.length).replace(/^\/\/(?=\/)/, '');
  if (path === '' || path.startsWith('//')) {
    throw new Error('A file store is file:<directory> or file:///<directory>');
  }
  return resolve(decodeURIComponent(path));
}
