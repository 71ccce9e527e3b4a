import type { FilesStoreOptions } from '../../../src/storage/files/options';
import { describeStore, type OpenedStore } from '../../contract/store.contract';
import { openFilesStore } from '../../support/open-stores';
import { makeDirectory, removeDirectory } from './temporary-directory';

async function open(options: Omit<Partial<FilesStoreOptions>, 'warn'>): Promise<OpenedStore> {
  const directory = await makeDirectory();
  const warnings: string[] = [];
  const store = await openFilesStore(directory, { ...options, warn: (message) => warnings.push(message) });
  return {
    store,
    close: async () => {
      await store.close();
      await removeDirectory(directory);
      expect(warnings).toEqual([]);
    },
  };
}

describeStore('files', () => open({}), { openWithLogsMax: (logsMax) => open({ logsMax }) });
describeStore('files, synced always, with few descriptors,', () =>
  open({ durability: 'always', openFiles: 2 }),
);
