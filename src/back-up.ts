import type { Config } from './config/config';
import { maskStore } from './config/mask';
import { messageOf } from './core/log/errors';
import { StartError } from './start-error';
import { backUpStore, restoreStore } from './storage/drivers';

type Stored = Pick<Config, 'store'>;
type Print = (line: string) => void;

/** Runs `loom backup DIRECTORY`. @throws StartError */
export async function runBackup({ store }: Stored, directory: string, print: Print): Promise<void> {
  try {
    await backUpStore(store, directory, print);
  } catch (cause) {
    throw new StartError(`The store ${maskStore(store)} cannot be backed up: ${messageOf(cause)}`, { cause });
  }
}

/** Runs `loom restore DIRECTORY`. @throws StartError */
export async function runRestore({ store }: Stored, directory: string, print: Print): Promise<void> {
  try {
    await restoreStore(store, directory, print);
  } catch (cause) {
    throw new StartError(`The store ${maskStore(store)} cannot be restored: ${messageOf(cause)}`, { cause });
  }
}
