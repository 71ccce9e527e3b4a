import { open, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenFileState } from '../../../src/storage/files/bytes/descriptor-pool';
import { LogFiles } from '../../../src/storage/files/bytes/log-files';
import { Layout } from '../../../src/storage/files/disk/layout';
import { at, bytes } from '../../contract/logs';
import { withDirectory } from './temporary-directory';

describe('an append that fails and cannot be cut off', () => {
  it('the next append cuts off the rest of a failed one before it writes', () =>
    withDirectory(async (directory) => {
      const path = join(directory, 'log');
      await writeFile(path, 'tail, and then a rest that is longer than what follows');
      const [readOnly, writable] = [await open(path, 'r'), await open(path, 'r+')];
      const descriptors = {
        fd: readOnly.fd,
        use: <T>(
          _generation: string,
          _mode: string,
          action: (fd: number, opened: OpenFileState) => Promise<T>,
        ) => action(descriptors.fd, {}),
        discard: async () => {},
      };
      const sync = { written: async () => {}, forget: () => {} };
      const files = new LogFiles(
        new Layout(directory),
        descriptors,
        sync,
        { remove: async () => {} },
        () => {},
      );
      const place = { generation: 'log', tail: at(4), isTorn: false };

      await expect(files.append(place, bytes('!'))).rejects.toThrow('cutting the file back to 4 failed');
      expect(place.isTorn).toBe(true);
      descriptors.fd = writable.fd;
      await files.append(place, bytes('!'));
      expect(place.isTorn).toBe(false);
      expect(await readFile(path, 'utf8')).toBe('tail!');
      await Promise.all([readOnly.close(), writable.close()]);
    }));
});
