import { readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../core/errors';
import { isMissing } from './failures';
import type { Layout } from './layout';
import type { Warn } from './options';

/**
 * Removes the files of logs that are gone, whose facts went first, and of those that never came to be, whose facts come last: the
 * process may have died in between. It may run beside everything else, for a file whose log is still being made `isKnown`.
 */
export async function sweep(
  layout: Layout,
  isKnown: (generation: string) => boolean,
  warn: Warn,
  signal: AbortSignal,
): Promise<void> {
  for (const digits of await readdir(layout.logs)) {
    const shard = join(layout.logs, digits);
    const names = await readdir(shard);
    if (signal.aborted) return;
    for (const name of names) {
      const generation = layout.generationOf(name);
      if (generation === undefined || isKnown(generation)) continue;
      await unlink(join(shard, name)).catch((error) => {
        if (!isMissing(error))
          warn(`Removing a file without a log failed: ${messageOf(error)}`, { generation });
      });
      if (signal.aborted) return;
    }
  }
}
