import { unlink } from 'node:fs/promises';
import { messageOf } from '../../../core/log/errors';
import type { Warn } from '../../../core/store/warnings';
import { isMissing } from '../disk/failures';
import type { Layout } from '../disk/layout';
import type { Inventory } from './inventory';

/** Deletes the files of logs whose creation or removal a crash interrupted. What cannot be deleted is left to the next start. */
export async function removeLeftovers(layout: Layout, { leftovers }: Inventory, warn: Warn): Promise<void> {
  for (const generation of leftovers) {
    await unlink(layout.logOf(generation)).catch((error) => {
      if (isMissing(error)) return;
      warn(`Removing what is left of a stream that was not made failed: ${messageOf(error)}`, { generation });
    });
  }
}
