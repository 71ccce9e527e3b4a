import { catchLogErrorAsync } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import { advance, type Offset } from '../../../core/log/offset';
import type { LogStore } from '../../../core/store/store';

/** The byte that ends at `at`, which is not the start. `undefined` if the store has lost it: a reader at `at` can still go on. */
export async function precedingByte(store: LogStore, log: LogRef, at: Offset): Promise<number | undefined> {
  const read = () => store.read(log, advance(at, -1), 1);
  const page = await catchLogErrorAsync('STORE_DAMAGED', read, () => undefined);
  const byte = page?.chunks.find(({ length }) => length > 0)?.[0];
  page?.release?.();
  return byte;
}
