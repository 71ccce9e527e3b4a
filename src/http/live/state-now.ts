import type { LogRef } from '../../core/log/log';
import type { LogStore } from '../../core/store/store';
import { streamState } from '../headers/stream-state';

/**
 * The `X-Stream-State` of a log at this moment, for an answer that ends before the log does.
 * @returns `undefined` if the log is gone or the store cannot be reached: the bytes that were sent hold all the same
 */
export async function stateNow(store: LogStore, { id, generation }: LogRef): Promise<string | undefined> {
  try {
    const info = await store.info(id);
    return info?.generation === generation ? streamState(info) : undefined;
  } catch {
    return undefined;
  }
}
