import { existsSync } from 'node:fs';
import { rm, truncate } from 'node:fs/promises';
import { START } from '../../../src/core/log/offset';
import { createLogOf, readAll, seal } from '../../contract/logs';
import { fileOf, infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

describe('damaged files of logs', () => {
  it('a sealed log that lost bytes serves the rest and names the lost range', () =>
    withDirectory((directory) =>
      withStore(directory, async (store) => {
        const [writer, other] = [await createLogOf(store, 'all of it'), await createLogOf(store, 'whole')];
        for (const each of [writer, other]) await seal(store, each);
        await truncate(fileOf(directory, writer), 3);
        const page = await store.read(writer.log, START, 100);
        expect(Buffer.concat(page.chunks).toString()).toBe('all');
        expect(page.end).toBeUndefined();
        await expect(store.read(writer.log, page.next, 100)).rejects.toMatchObject({
          code: 'STORE_DAMAGED',
          message: expect.stringContaining('bytes 3 to 9'),
        });
        expect((await readAll(store, other.log)).bytes.toString()).toBe('whole');
      }),
    ));

  it('a sealed log without its file reports all its bytes as lost', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, async (store) => {
        const sealed = await createLogOf(store, 'all of it');
        await seal(store, sealed);
        return sealed;
      });
      await rm(fileOf(directory, writer));
      await withStore(directory, (store) =>
        expect(store.read(writer.log, START, 100)).rejects.toMatchObject({
          code: 'STORE_DAMAGED',
          message: expect.stringContaining('bytes 0 to 9'),
        }),
      );
    }));

  it('an unsealed log that lost bytes continues where its file ends, and the start reports the loss', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, async (store) => {
        const released = await createLogOf(store, 'all of it');
        await store.change(released.log, { kind: 'release', epoch: released.epoch, state: 'open' });
        return released;
      });
      await truncate(fileOf(directory, writer), 3);
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 3 to 9')]);
        expect(await infoOf(store, writer.log.id)).toMatchObject({
          generation: writer.log.generation,
          tail: 3,
          state: 'interrupted',
          losses: [{ number: 1, from: 3, to: 9 }],
        });
      });
    }));

  it('removed and replaced logs leave no file behind', () =>
    withDirectory((directory) =>
      withStore(directory, async (store) => {
        const [removed, replaced] = [await createLogOf(store, 'a'), await createLogOf(store, 'b')];
        await store.change(removed.log, { kind: 'remove', outcome: { kind: 'expired' } });
        await store.create(replaced.log.id, { contentType: 'text/plain', graceMs: 1 }, 'replace');
        expect([removed, replaced].map((writer) => existsSync(fileOf(directory, writer)))).toEqual([
          false,
          false,
        ]);
      }),
    ));
});
