import type { LogInfo, Writer } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import type { FilesStoreOptions } from '../../../src/storage/files/options';
import { openFilesStore } from '../../support/open-stores';

/** A store for the time of `action`, which may look at the warnings; one that it does not expect fails the test. */
export async function withStore<T>(
  directory: string,
  action: (store: LogStore, warnings: string[]) => Promise<T>,
  options: Omit<Partial<FilesStoreOptions>, 'warn'> = {},
): Promise<T> {
  const warnings: string[] = [];
  const store = await openFilesStore(directory, { ...options, warn: (message) => warnings.push(message) });
  try {
    return await action(store, warnings);
  } finally {
    await store.close();
    expect(warnings).toEqual([]);
  }
}

/** Takes the warnings of files that were cut off where what counts of them ends, as after a kill in the middle of a commit. */
export function takeCuts(warnings: string[]): readonly string[] {
  const others = warnings.filter(
    (warning) => !/ not certain to have been acknowledged; they were /.test(warning),
  );
  return warnings.splice(0, warnings.length, ...others).filter((warning) => !others.includes(warning));
}

export async function infoOf(store: LogStore, id: string): Promise<LogInfo> {
  const info = await store.info(parseLogId(id));
  if (info === undefined) throw new Error(`there is no log ${id}`);
  return info;
}

/** The file of a log, which is named by its generation alone. */
export function fileOf(directory: string, { log }: Writer): string {
  return `${directory}/logs/${log.generation.slice(-2)}/${log.generation}.log`;
}
