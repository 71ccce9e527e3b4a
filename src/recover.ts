import type { Config } from './config/config';
import { maskStore } from './config/mask';
import { messageOf } from './core/log/errors';
import { StartError } from './start-error';
import { recoverStore } from './storage/drivers';

/** Runs `loom recover`: rebuilds the index of a file store, and reports each step to `print`. @throws StartError */
export async function runRecovery(
  { store }: Pick<Config, 'store'>,
  print: (line: string) => void,
): Promise<void> {
  try {
    await recoverStore(store, print);
  } catch (cause) {
    throw new StartError(`The store ${maskStore(store)} cannot be recovered: ${messageOf(cause)}`, { cause });
  }
}
