import { open, rename, unlink, writeFile } from 'node:fs/promises';
import type { LogRef } from '../../../core/log/log';
import { LINE_INDEX_BYTES_MAX } from '../../../core/store/line-index-limit';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { attempt, isMissing } from '../disk/failures';
import { makeDirectory } from '../disk/file-io';
import { READ_SIDECAR } from '../disk/sidecar-flags';
import type { LogIndex } from './log-index';

/** `undefined` also for a file that cannot be read: the lines can be counted again. @throws LogError `LOG_GONE` */
export async function loadLineIndex(index: LogIndex, ref: LogRef): Promise<Buffer | undefined> {
  const { generation } = index.log(ref);
  return read(index.context.layout.linesOf(generation)).catch(() => undefined);
}

async function read(path: string): Promise<Buffer | undefined> {
  const file = await open(path, READ_SIDECAR);
  try {
    const { size } = await file.stat();
    return size > LINE_INDEX_BYTES_MAX ? undefined : await file.readFile();
  } finally {
    await file.close();
  }
}

/** Under the log's mutex, so that it cannot be removed meanwhile. @throws LogError `LOG_GONE`, `STORE_FULL`, `STORE_UNAVAILABLE` */
export async function saveLineIndex(index: LogIndex, ref: LogRef, lines: Buffer): Promise<void> {
  await index.mutex.run(ref.id, async () => {
    const { generation } = index.log(ref);
    await attempt('Writing the index of lines', () => save(index, generation, lines));
  });
}

/** It gets its name when it is whole. It is not synced: a reader checks what it finds. */
async function save({ context }: LogIndex, generation: string, lines: Buffer): Promise<void> {
  const { layout } = context;
  const path = layout.newLinesOf(generation);
  const write = (): Promise<void> => writeFile(path, lines, { mode: PRIVATE_FILE });
  try {
    await write().catch(async (error) => {
      if (!isMissing(error)) throw error;
      // A log without bytes has no folder.
      await makeDirectory(layout.shardOf(generation));
      await write();
    });
    await rename(path, layout.linesOf(generation));
  } catch (error) {
    await unlink(path).catch(() => {});
    throw error;
  }
}
