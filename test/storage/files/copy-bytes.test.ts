import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { copyBytes } from '../../../src/storage/files/bytes/copy-bytes';
import { withDirectory } from './temporary-directory';

const CONTENT = randomBytes(3_500_000);

describe('the copy of the first bytes of a file', () => {
  it.each([1, 1_000, 1 << 20, 1_500_001, 1_750_000, 3_499_999, 3_500_000])(
    'the copy has the first %d bytes',
    (bytes) =>
      withDirectory(async (directory) => {
        const [from, to] = [join(directory, 'from'), join(directory, 'to')];
        await writeFile(from, CONTENT);
        // The file that it is made into is there already.
        await writeFile(to, '');
        await copyBytes(from, to, bytes);
        expect((await readFile(to)).equals(CONTENT.subarray(0, bytes))).toBe(true);
        expect((await stat(from)).size).toBe(CONTENT.length);
      }),
  );

  it('the copy is refused if the file is too short', () =>
    withDirectory(async (directory) => {
      const [from, to] = [join(directory, 'from'), join(directory, 'to')];
      await writeFile(from, 'abc');
      await expect(copyBytes(from, to, 4)).rejects.toMatchObject({ code: 'STORE_DAMAGED' });
    }));
});
