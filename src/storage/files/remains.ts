import { unlink } from 'node:fs/promises';
import { messageOf } from '../../core/errors';
import type { Warn } from '../warnings';
import { isMissing } from './failures';
import type { Inventory } from './inventory';
import type { Layout } from './layout';

/** Removes the files of logs that a crash kept from being made, or from being removed. What stays is left to the next start. */
export async function removeRemains(layout: Layout, { remains }: Inventory, warn: Warn): Promise<void> {
  for (const generation of remains) {
    await unlink(layout.logOf(generation)).catch((error) => {
      if (isMissing(error)) return;
      warn(`Removing what is left of a stream that was not made failed: ${messageOf(error)}`, { generation });
    });
  }
}
