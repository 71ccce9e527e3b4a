import { type LogInfo, writerOf } from '../../../core/log/log';
import type { WireContext } from '../../front/wire';
import { persistWithRetry } from './persist-with-retry';
import { isDetachedError } from './receive-body';

/** Gives a log back that a request has taken over, and to which it has nothing to add. */
export async function releaseLog(
  { store, stopping }: WireContext,
  info: LogInfo,
  state: 'open' | 'interrupted',
): Promise<void> {
  const { log, epoch } = writerOf(info);
  try {
    await persistWithRetry(() => store.change(log, { kind: 'release', epoch, state }), stopping);
  } catch (error) {
    if (!isDetachedError(error)) throw error;
  }
}
