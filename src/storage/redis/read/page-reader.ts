import { isLogError } from '../../../core/log/errors';
import type { LogRef } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import { DamageError, LostTailError } from '../../../core/store/damage';
import type { DamageReports } from '../../../core/store/damage-reports';
import type { Page } from '../../../core/store/store';
import type { Connections } from '../../../redis/connections';
import type { Retry } from '../../../redis/failures/retry';
import type { RedisStoreSettings } from '../schema/options';
import type { Locator } from './locator';
import type { LostLogs } from './lost-logs';
import { readPage } from './read-page';
import { SharedPages } from './shared-pages';

export interface PageReaderDependencies {
  readonly connections: Connections;
  readonly settings: RedisStoreSettings;
  readonly locator: Locator;
  readonly lost: LostLogs;
  readonly quickly: Retry;
  readonly damage: DamageReports;
}

/** What a reader asks for: `bytesMax` bytes from `from` on now, and in the end everything up to `until`. */
interface ReadRequest {
  readonly from: Offset;
  readonly bytesMax: number;
  readonly until: Offset;
}

/** Reads pages, and says what is wrong where one cannot be read. */
export class PageReader {
  readonly #pages: SharedPages;

  constructor(private readonly owner: PageReaderDependencies) {
    const { connections, settings, locator, quickly } = owner;
    this.#pages = new SharedPages(locator, settings.sharedPages, (log, from, bytesMax) =>
      quickly(() => readPage(connections, locator, log, from, bytesMax)),
    );
  }

  /** @throws LogError as `LogStore.read` */
  async read(log: LogRef, ask: ReadRequest): Promise<Page> {
    try {
      return await this.#read(log, ask);
    } catch (error) {
      const why = await this.owner.lost.explain(log, error);
      throw why instanceof LostTailError ? why : this.owner.damage.report(log, withRange(log, ask, why));
    }
  }

  async #read(log: LogRef, { from, bytesMax, until }: ReadRequest): Promise<Page> {
    const page = this.#pages.read(log, from, bytesMax);
    if (until <= from + bytesMax) {
      const whole = await page;
      if (whole.next < until) await this.#assertHasEnd(log);
      return whole;
    }
    return (await Promise.all([page, this.#assertHasEnd(log)]))[0];
  }

  /** @throws LogError `STORE_DAMAGED` where a sealed log has lost its end */
  async #assertHasEnd(log: LogRef): Promise<void> {
    const { tail, endsAt } = await this.owner.quickly(() => this.owner.locator.locate(log));
    if (endsAt !== undefined && endsAt > tail) throw new DamageError(log, { from: tail, to: endsAt });
  }
}

/** What the store holds in place of the bytes says nothing to a client. */
function withRange(log: LogRef, { from, until }: ReadRequest, error: unknown): unknown {
  if (!isLogError(error, 'STORE_DAMAGED') || error instanceof DamageError || from === until) return error;
  return new DamageError(log, { from, to: until }, 'Redis holds something unexpected', {
    cause: error.cause,
  });
}
