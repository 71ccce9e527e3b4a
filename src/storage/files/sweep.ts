import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors';
import type { Facts } from './facts';
import { isMissing } from './failures';
import type { Layout } from './layout';
import type { Warn } from './options';

/**
 * Removes the files of logs that are gone: the facts of a log go first, and the process may have died before the file did. It
 * may run beside everything else, for a file is only ever made once the facts of its log are there.
 */
export async function sweep(layout: Layout, facts: Facts, warn: Warn, signal: AbortSignal): Promise<void> {
  for (const digits of await readdir(layout.logs)) {
    const shard = join(layout.logs, digits);
    const names = await readdir(shard);
    if (signal.aborted) return;
    for (const name of names) {
      const generation = layout.generationOf(name);
      if (generation === undefined || facts.has(generation)) continue;
      await unlink(join(shard, name)).catch((error) => {
        if (!isMissing(error))
          warn(`Removing a file without a log failed: ${messageOf(error)}`, { generation });
      });
      if (signal.aborted) return;
    }
  }
}
