import type { Config } from './config/config';
import { maskStore } from './config/mask';
import { messageOf } from './core/log/errors';
import { StartError } from './start-error';
import { recoverStore } from './storage/open';

/** `loom recover`. @throws StartError */
export async function runRecovery(
  { store }: Pick<Config, 'store'>,
  say: (line: string) => void,
): Promise<void> {
  try {
    await recoverStore(store, say);
  } catch (cause) {
    throw new StartError(`The store ${maskStore(store)} cannot be recovered: ${messageOf(cause)}`, { cause });
  }
}
