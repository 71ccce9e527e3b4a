import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseLogId } from '../../../src/core/log/log-id';
import { START } from '../../../src/core/log/offset';
import { readSnapshot } from '../../../src/lmdb/snapshot';
import type { FactsChange } from '../../../src/storage/files/facts/stored-facts';
import { transactionBatches } from '../../../src/storage/files/facts/transaction-batches';
import { recoverFilesStore } from '../../../src/storage/files/recover-store';
import { bytes, createLog, textOf } from '../../contract/logs';
import { infoOf, withStore } from './opened-store';
import { withDirectory } from './temporary-directory';

const LOGS = 1_500;

describe('a start with many open logs', () => {
  it('interrupts all of them in a few transactions, each of which waits for the disk', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, async (store) => {
        const created = await Promise.all(Array.from({ length: LOGS }, () => createLog(store)));
        await Promise.all(created.map((writer) => store.append(writer, START, bytes('text'))));
        return created;
      });
      const before = await transactionsOf(directory);
      await withStore(directory, async (store) => {
        for (const { log, epoch } of writers)
          expect(await infoOf(store, log.id)).toMatchObject({
            state: 'interrupted',
            tail: 4,
            epoch: epoch + 1,
          });
      });
      expect((await transactionsOf(directory)) - before).toBeLessThan(20);
    }));
});

describe('a recovery of many logs', () => {
  it('restores all of them in a few transactions', () =>
    withDirectory(async (directory) => {
      const writers = await withStore(directory, async (store) => {
        const created = await Promise.all(Array.from({ length: LOGS }, () => createLog(store)));
        await Promise.all(created.map((writer) => store.append(writer, START, bytes(writer.log.id))));
        return created;
      });
      await rm(join(directory, 'loom.mdb'));
      const lines: string[] = [];
      await recoverFilesStore(directory, (line) => lines.push(line));
      expect(lines.at(-1)).toBe(`Brought back ${LOGS} streams`);
      expect(await transactionsOf(directory)).toBeLessThan(50);
      await withStore(directory, async (store) => {
        for (const { log } of writers) expect(await textOf(store, log)).toBe(log.id);
      });
    }));
});

describe('transactions of many changes', () => {
  it('have all changes in their order, and no more bytes than the reserve has', () => {
    const changes = [10, 16_000, 3_000, 16_000, 200].map(changeOf);
    const batches = [...transactionBatches(changes, 32_000)];
    expect(batches.flat()).toEqual(changes);
    expect(batches.map((batch) => batch.length)).toEqual([2, 2, 1]);
  });

  it('have a change that is larger by itself', () => {
    const changes = [10, 100_000, 10].map(changeOf);
    expect([...transactionBatches(changes, 32_000)].map((batch) => batch.length)).toEqual([1, 1, 1]);
  });
});

/** How many transactions have been written to the facts since the store was made. */
async function transactionsOf(directory: string): Promise<number> {
  const file = await open(join(directory, 'loom.mdb'));
  try {
    return Number((await readSnapshot(file)).transaction);
  } finally {
    await file.close();
  }
}

function changeOf(size: number): FactsChange {
  const info = {
    id: parseLogId(`log-${size}`),
    generation: `generation-${size}`,
    state: 'open',
    tail: START,
    epoch: 1,
    contentType: 'x'.repeat(size),
    createdAt: 0,
    updatedAt: 0,
  } as const;
  return { after: { info } };
}
