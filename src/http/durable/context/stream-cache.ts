import { LRUCache } from 'lru-cache';
import { isLogError } from '../../../core/log/errors';
import type { Framing, LogRef } from '../../../core/log/log';
import type { LogId } from '../../../core/log/log-id';
import type { Loss } from '../../../core/log/loss';
import type { LogStore } from '../../../core/store/store';
import { requireLog } from '../../errors/require-log';
import { essence, storedContentType } from '../../headers/stored-content-type';

/** The facts of a stream that never change during a generation, except for its losses. */
export interface CachedStream {
  readonly log: LogRef;
  /** The essence of its content type. */
  readonly type: string;
  readonly framing: Framing | undefined;
  readonly losses: readonly Loss[];
}

const KNOWN_MAX = 10_000;

/** The streams that were written to last. What is kept holds for a generation until a loss, so an append need not ask first. */
export class StreamCache {
  readonly #known = new LRUCache<LogId, CachedStream>({ max: KNOWN_MAX });

  constructor(private readonly store: LogStore) {
    store.lifecycle(
      ({ kind, log }) => {
        if (kind === 'lost') this.#known.delete(log.id);
      },
      () => this.#known.clear(),
    );
  }

  /** Asks the store, for work that cannot be repeated. @throws LogError `LOG_NOT_FOUND`, `LOG_RETIRED` */
  reload(id: LogId): Promise<CachedStream> {
    this.#known.delete(id);
    return this.#learn(id);
  }

  /** Runs `work` with what is known of the stream, and once more if that turns out to be over. @throws as `fresh` */
  async withStream<T>(id: LogId, work: (stream: CachedStream) => Promise<T>): Promise<T> {
    try {
      return await work(this.#known.get(id) ?? (await this.#learn(id)));
    } catch (error) {
      if (!isLogError(error, 'LOG_GONE')) throw error;
      return work(await this.reload(id));
    }
  }

  async #learn(id: LogId): Promise<CachedStream> {
    const { generation, contentType, framing, losses = [] } = await requireLog(this.store, id);
    const type = essence(storedContentType(contentType));
    const stream = { log: { id, generation }, type, framing, losses };
    this.#known.set(id, stream);
    return stream;
  }
}
