import { readToTail } from '../follow/read-to-tail';
import { LogError } from '../log/errors';
import type { LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import type { LogStore, Page } from '../store/store';

/**
 * The bytes of a log between two offsets, which it has had, with their times.
 * @throws as `readToTail`; LogError `BYTES_LOST` when the log has become shorter
 */
export async function* readRange(
  store: LogStore,
  log: LogRef,
  from: Offset,
  until: Offset,
  signal: AbortSignal,
): AsyncGenerator<Page, void> {
  let at = from;
  // Large pages would fall out of the processor's cache before they are scanned.
  for await (const page of readToTail(store, log, from, signal, { until, withTimes: true })) {
    at = page.next;
    yield page;
  }
  if (at < until) throw new LogError('BYTES_LOST');
}
