import { LogError } from '../log/errors';
import type { LogRef } from '../log/log';
import type { Offset } from '../log/offset';
import type { LogStore } from '../store/store';

/** Notices that a log loses bytes while it is read from the store. */
export class LossWatch {
  readonly stop: () => void;
  #isLost = false;

  constructor(store: LogStore, log: LogRef, at: Offset) {
    this.stop = store.watch(log, at, (news) => {
      this.#isLost ||= news.kind === 'lost';
    });
  }

  /** @throws LogError `BYTES_LOST` */
  assertNone(): void {
    if (this.#isLost) throw new LogError('BYTES_LOST');
  }
}
