import { cp, rm, truncate } from 'node:fs/promises';
import { type Writer, writerOf } from '../../../src/core/log/log';
import type { Loss } from '../../../src/core/log/loss';
import type { LogStore } from '../../../src/core/store/store';
import { readWrittenLengths } from '../../../src/storage/files/bytes/written-lengths';
import { FactsDatabase } from '../../../src/storage/files/facts/facts-database';
import { at, bytes, createLog, createLogOf, seal, uniqueId } from '../../contract/logs';
import { fileOf, infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

async function release(store: LogStore, { log, epoch }: Writer): Promise<void> {
  await store.change(log, { kind: 'release', epoch, state: 'open' });
}

async function attach(store: LogStore, { log }: Writer): Promise<Writer> {
  return writerOf(await store.change(log, { kind: 'attach', graceMs: 60_000 }));
}

/** `number: from to to` of each loss. */
async function lossesOf(store: LogStore, { log }: Writer): Promise<string[]> {
  const { losses = [] } = await infoOf(store, log.id);
  return losses.map(({ number, from, to }: Loss) => `${number}: ${from} to ${to}`);
}

/** As if the machine had been rebooted while the store was in use. */
async function reboot(directory: string): Promise<void> {
  const facts = new FactsDatabase(`${directory}/loom.mdb`, true);
  await facts.storeMeta.noteBoot(1);
  await facts.close();
  // It is never synced.
  await rm(`${directory}/written`, { force: true });
}

describe('the losses of a log in files', () => {
  it('losses are numbered, survive restarts and leave the other facts of the log unchanged', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, async (store) => {
        const first = await createLogOf(store, '0123456789');
        await release(store, first);
        return first;
      });
      await truncate(fileOf(directory, writer), 5);
      const again = await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 5 to 10')]);
        const second = await attach(store, writer);
        await store.append(second, at(5), bytes('abcdefgh'));
        await release(store, second);
        expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10']);
        return second;
      });
      await truncate(fileOf(directory, writer), 3);
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 3 to 13')]);
        expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10', '2: 3 to 13']);
        await seal(store, await attach(store, again));
      });
      await withStore(directory, async (store) => {
        expect(await infoOf(store, writer.log.id)).toMatchObject({
          generation: writer.log.generation,
          tail: 3,
          state: 'closed',
        });
        expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10', '2: 3 to 13']);
      });
    }));

  it('a loss reaches to the synced length if a producer was attached', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, '0123456789'));
      await truncate(fileOf(directory, writer), 5);
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 5 to 10')]);
        expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10']);
      });
    }));

  it.each(['always', 'interval', 'os'] as const)(
    'a loss after a kill is exact to the byte with durability %s',
    (durability) =>
      withDirectory(async (directory) => {
        const options = { durability, syncInterval: 3_600_000 };
        const writer = await withStore(directory, (store) => createLogOf(store, '0123456789'), options);
        const written = `${directory}/written`;
        expect(await readWrittenLengths(written)).toEqual(new Map([[writer.log.generation, 10]]));
        await rm(`${directory}/clean-stop`, { force: true });
        await truncate(fileOf(directory, writer), 5);
        await withStore(
          directory,
          async (store, warnings) => {
            expect(warnings.splice(0)).toEqual([expect.stringContaining('lost the bytes 5 to 10')]);
            expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10']);
          },
          options,
        );
        // The same loss is not counted again.
        await withStore(
          directory,
          async (store) => expect(await lossesOf(store, writer)).toEqual(['1: 5 to 10']),
          options,
        );
      }),
  );

  it('a reboot with durability os records a possible loss once', () =>
    withDirectory(async (directory) => {
      const options = { durability: 'os' } as const;
      const writer = await withStore(directory, (store) => createLogOf(store, '0123456789'), options);
      await truncate(fileOf(directory, writer), 5);
      await reboot(directory);
      await withStore(
        directory,
        async (store) => {
          expect(await lossesOf(store, writer)).toEqual(['1: 5 to 5']);
          await release(store, await attach(store, writer));
        },
        options,
      );
      // No producer was attached since, so the facts count all bytes.
      await withStore(
        directory,
        async (store) => expect(await lossesOf(store, writer)).toEqual(['1: 5 to 5']),
        options,
      );
    }));

  it('a possible loss gets the next number with each crash', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, '01234'));
      for (const losses of [['1: 5 to 5'], ['2: 5 to 5'], ['3: 5 to 5']]) {
        await reboot(directory);
        await withStore(directory, async (store) => {
          expect(await lossesOf(store, writer)).toEqual(losses);
          await attach(store, writer);
        });
      }
    }));

  it('a reboot records possible losses for unsealed logs only', () =>
    withDirectory(async (directory) => {
      const { released, sealed, committed } = await withStore(directory, async (store) => {
        const logs = [await createLogOf(store, '0123456789'), await createLogOf(store, 'sealed')] as const;
        await release(store, logs[0]);
        await seal(store, logs[1]);
        const { info } = await store.create(uniqueId(), { contentType: 'text/plain' }, 'new');
        await store.commit(info, { chunks: bytes('abc') }, { logBytesMax: 10, producersMax: 1 });
        return { released: logs[0], sealed: logs[1], committed: writerOf(info) };
      });
      await reboot(directory);
      for (let round = 0; round < 2; round += 1) {
        await withStore(directory, async (store) => {
          expect(await lossesOf(store, released)).toEqual(['1: 10 to 10']);
          expect(await lossesOf(store, committed)).toEqual(['1: 3 to 3']);
          expect(await lossesOf(store, sealed)).toEqual([]);
        });
      }
    }));

  it('a copy of a store records a possible loss, and the original does not', () =>
    withDirectory((copy) =>
      withDirectory(async (directory) => {
        const writer = await withStore(directory, async (store) => {
          const created = await createLogOf(store, '01234');
          await release(store, created);
          return created;
        });
        await cp(directory, copy, { recursive: true });
        for (let round = 0; round < 2; round += 1)
          await withStore(copy, async (store) =>
            expect(await lossesOf(store, writer)).toEqual(['1: 5 to 5']),
          );
        await withStore(directory, async (store) => expect(await lossesOf(store, writer)).toEqual([]));
      }),
    ));

  it('a fork and a replacement do not have the losses of a log', () =>
    withDirectory(async (directory) => {
      const writer = await withStore(directory, (store) => createLogOf(store, '0123456789'));
      await truncate(fileOf(directory, writer), 5);
      await withStore(directory, async (store, warnings) => {
        expect(warnings.splice(0)).toHaveLength(1);
        const source = await infoOf(store, writer.log.id);
        const fork = await createLog(store, { fork: { source, at: at(4) } }, uniqueId());
        expect(await lossesOf(store, fork)).toEqual([]);
        await store.create(source.id, { contentType: 'text/plain', graceMs: 1 }, 'replace');
        expect(await lossesOf(store, writer)).toEqual([]);
      });
    }));
});
