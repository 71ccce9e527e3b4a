import { LogError } from '../log/errors';
import type { LogRef } from '../log/log';
import type { LostBytes } from '../log/loss';
import { type Offset, START } from '../log/offset';
import type { LogStore } from './store';

/** Acknowledged bytes of a log that the store can no longer read. */
export class DamageError extends LogError {
  override readonly code = 'STORE_DAMAGED';

  /** @param why the bytes cannot be read, such as `EACCES`. Absent: they are gone */
  constructor(
    readonly log: LogRef,
    readonly lost: LostBytes,
    why?: string,
    options?: ErrorOptions,
  ) {
    const bytes = `bytes ${lost.from} to ${lost.to}`;
    super(
      'STORE_DAMAGED',
      why === undefined
        ? `The stream with ID ${log.id} has lost its ${bytes}`
        : `The ${bytes} of the stream with ID ${log.id} cannot be read (${why})`,
      options,
    );
  }
}

/** Bytes at the end of a log are gone. The log continues without them, and `LogInfo.losses` has them. */
export class LostTailError extends DamageError {}

/** Checks, as far as the store can, bytes that a response is about to promise. @throws LogError `STORE_DAMAGED`, `LOG_GONE` */
export async function assertRangeIntact(
  store: LogStore,
  log: LogRef,
  from: Offset,
  until: Offset,
): Promise<void> {
  const page = await store.read(log, from, 1, until);
  page.release?.();
}

/** The same for the whole log. */
export async function assertLogIntact(
  store: LogStore,
  log: LogRef & { readonly tail: Offset },
): Promise<void> {
  await assertRangeIntact(store, log, START, log.tail);
}
