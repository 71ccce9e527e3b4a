import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdir, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { isLogError } from '../../../core/log/errors';
import { PRIVATE_DIRECTORY, PRIVATE_FILE } from '../../../lmdb/private-mode';
import { copyBytes } from '../bytes/copy-bytes';
import { isMissing, undefinedIfMissing } from '../disk/failures';
import { syncPath } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { StoredFacts } from '../facts/stored-facts';

/** What became of the copy of one log's bytes. */
export type CopiedLog =
  | {
      readonly kind: 'copied';
      readonly bytes: number;
      readonly paths: readonly string[];
      /** Its file is shorter than the facts say, or cannot be read. */
      readonly damage?: string;
    }
  /** Its file is not there: the log was removed meanwhile, or is damaged. */
  | { readonly kind: 'missing' };

const NOTHING = { kind: 'copied', bytes: 0, paths: [] } as const;

/**
 * Copies the file of a log, which may grow meanwhile: bytes that are there never change, so that any beginning of the log is one that it
 * had. A copy has the bytes that the facts count; while a producer is attached, only the file counts them.
 */
export async function copyLog(
  from: Layout,
  to: Layout,
  generation: string,
  facts: StoredFacts | undefined,
): Promise<CopiedLog> {
  const source = from.logOf(generation);
  const found = await stat(source).catch(undefinedIfMissing);
  const counted = facts?.info.tail ?? 0;
  if (found === undefined) return counted > 0 ? { kind: 'missing' } : NOTHING;
  const isCounted = facts !== undefined && (facts.info.state === 'closed' || facts.isExact === true);
  const target = to.logOf(generation);
  await mkdir(dirname(target), { recursive: true, mode: PRIVATE_DIRECTORY });
  const bytes = isCounted ? Math.min(counted, found.size) : found.size;
  try {
    await copyBytes(source, target, bytes);
  } catch (error) {
    if (isMissing(error)) return { kind: 'missing' };
    if (!isLogError(error, 'STORE_DAMAGED')) throw error;
    await rm(target, { force: true });
    return existsSync(source) ? { ...NOTHING, damage: error.message } : { kind: 'missing' };
  }
  // For a log without a `.times` file this says when its last bytes came.
  await utimes(target, found.atime, found.mtime);
  await syncPath(target);
  const paths = [target, ...(await copySidecars(from, to, generation))];
  const damage = `${bytes} of ${counted} bytes are there`;
  return { kind: 'copied', bytes, paths, ...(isCounted && bytes < counted && { damage }) };
}

/** No bytes depend on them: one that is missing, or was cut off by its copy, is made again or does without. */
async function copySidecars(from: Layout, to: Layout, generation: string): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const [source, target] of [
    [from.timesOf(generation), to.timesOf(generation)],
    [from.linesOf(generation), to.linesOf(generation)],
  ] as const) {
    try {
      await copyFile(source, target);
    } catch (error) {
      if (isMissing(error)) continue;
      throw error;
    }
    await chmod(target, PRIVATE_FILE);
    await syncPath(target);
    copied.push(target);
  }
  return copied;
}
