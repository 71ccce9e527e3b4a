import { messageOf } from '../../../core/log/errors';
import type { Warn } from '../../../core/store/warnings';
import { unlinkIfExists } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { Inventory } from './inventory';

/** Deletes the files of logs whose creation or removal a crash interrupted. What cannot be deleted is left to the next start. */
export async function removeLeftovers(
  layout: Layout,
  { leftovers, withoutLog }: Inventory,
  warn: Warn,
): Promise<void> {
  for (const generation of [...leftovers, ...withoutLog]) {
    await removeAll([...layout.sidecarsOf(generation), layout.logOf(generation)]).catch((error) => {
      warn(`Removing what is left of a stream that was not made failed: ${messageOf(error)}`, { generation });
    });
  }
}

/** The file of the bytes comes last: as long as it is there, the next start knows of the others. */
async function removeAll(paths: readonly string[]): Promise<void> {
  for (const path of paths) await unlinkIfExists(path);
}
