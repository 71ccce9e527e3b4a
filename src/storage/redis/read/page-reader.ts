import { isLogError } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import { DamageError, LostTailError } from '../../../core/store/damage';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { TimedPage } from '../../../core/store/store';
import type { RedisStoreContext } from '../schema/store-context';
import type { Locator } from './locator';
import type { LostLogs } from './lost-logs';
import { readEntries } from './read-page';
import { SharedPages } from './shared-pages';

/** A reader wants `bytesMax` bytes from `from` on now, and in the end everything up to `until`. */
interface ReadRequest {
  readonly from: Offset;
  readonly bytesMax: number;
  readonly until: Offset;
}

/** Reads pages. An error says what is missing where a page cannot be read. */
export class PageReader {
  readonly #pages: SharedPages;

  constructor(
    private readonly context: RedisStoreContext,
    private readonly locator: Locator,
    private readonly lost: LostLogs,
    private readonly damage: DamageReports,
  ) {
    const { connections, settings, retry } = context;
    this.#pages = new SharedPages(locator, settings.sharedPages, (log, from, bytesMax) =>
      retry(() => readEntries(connections, locator, log, from, bytesMax)),
    );
  }

  /** @throws LogError as `LogStore.read` */
  async read(log: LogRef, request: ReadRequest): Promise<TimedPage> {
    try {
      return await this.#read(log, request);
    } catch (error) {
      const cause = await this.lost.explain(log, error);
      if (cause instanceof LostTailError) throw cause;
      throw this.damage.report(log, withRange(log, request, cause));
    }
  }

  async #read(log: LogRef, { from, bytesMax, until }: ReadRequest): Promise<TimedPage> {
    const page = this.#pages.read(log, from, bytesMax);
    if (until <= from + bytesMax) {
      const whole = await page;
      if (whole.next < until) await this.#assertHasEnd(log);
      return whole;
    }
    return (await Promise.all([page, this.#assertHasEnd(log)]))[0];
  }

  /** @throws LogError `STORE_DAMAGED` if a sealed log has lost its end */
  async #assertHasEnd(log: LogRef): Promise<void> {
    const { tail, endsAt } = await this.context.retry(() => this.locator.locate(log));
    if (endsAt !== undefined && endsAt > tail) throw new DamageError(log, { from: tail, to: endsAt });
  }
}

/** Replaces a STORE_DAMAGED error, whose message quotes what Redis holds, by one that names the range of missing bytes. */
function withRange(log: LogRef, { from, until }: ReadRequest, error: unknown): unknown {
  if (!isLogError(error, 'STORE_DAMAGED') || error instanceof DamageError || from === until) return error;
  return new DamageError(log, { from, to: until }, 'Redis holds something unexpected', {
    cause: error.cause,
  });
}
