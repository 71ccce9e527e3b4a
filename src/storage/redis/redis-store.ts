import { setMaxListeners } from 'node:events';
import { isLogError, LogError } from '../../core/errors';
import { type LogInfo, type LogInit, type LogRef, type Writer, writerOf } from '../../core/log';
import type { LogId } from '../../core/log-id';
import { type Offset, START } from '../../core/offset';
import type {
  Change,
  Created,
  DueQuery,
  LifecycleEvent,
  ListPage,
  ListQuery,
  LogStore,
  Page,
  Watcher,
} from '../../core/store';
import { Tails } from '../../core/tails';
import { APPEND_BYTES_MAX, Appender } from './append';
import { Catalogue } from './catalogue';
import { Changes } from './change';
import { Connections } from './connect';
import { Doorbell } from './doorbell';
import { toLogError } from './failure';
import type { Happening } from './lifecycle-event';
import { LifecycleFeed } from './lifecycle-feed';
import { Locator } from './locate';
import { LogLimit } from './log-limit';
import { NodeLease } from './node-lease';
import { type RedisStoreOptions, type RedisStoreSettings, settingsOf } from './options';
import { type Patience, persist } from './persist';
import { preflight } from './preflight';
import { readPage } from './read-page';
import { parseRedisUrl } from './target';
import { within } from './within';
import { Writers } from './writers';

/**
 * Logs in Redis Streams, for any number of nodes. `url` is `redis://[user[:password]@]host:port[/db]`, the same with `rediss` for
 * TLS, `redis+sentinel://[user:password@]host:port,host:port/<master>[/db]` or `redis+cluster://[user:password@]host:port,host:port`.
 * Needs Redis 7.0 or later, or Valkey.
 *
 * @throws LogError `STORE_UNAVAILABLE`; Error that says why this Redis or this URL cannot be used
 */
export async function openRedisStore(url: string, options: RedisStoreOptions = {}): Promise<LogStore> {
  const settings = settingsOf(options);
  const connections = await Connections.open(parseRedisUrl(url), settings);
  try {
    await preflight(connections, settings);
    const store = new RedisStore(connections, settings);
    await store.open();
    return store;
  } catch (error) {
    connections.close();
    throw error;
  }
}

class RedisStore implements LogStore {
  readonly appendBytesMax = APPEND_BYTES_MAX;
  readonly #stopping = new AbortController();
  readonly #appends = new Set<Promise<unknown>>();
  /** Logs that ended while they were watched: whoever comes to watch them beside the others has not heard it. */
  readonly #endedWatched = new Set<string>();
  readonly #writers = new Writers();
  readonly #tails = new Tails({
    begin: (log, from) => {
      if (!this.#writers.has(log)) this.#doorbell.follow(log, from);
    },
    end: (log) => {
      this.#endedWatched.delete(log.generation);
      this.#doorbell.rest(log);
    },
  });
  readonly #locator: Locator;
  readonly #doorbell: Doorbell;
  readonly #feed: LifecycleFeed;
  readonly #lease: NodeLease;
  readonly #appender: Appender;
  readonly #changes: Changes;
  readonly #catalogue: Catalogue;
  readonly #limit: LogLimit;
  #isClosed = false;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
  ) {
    // Every operation that waits for Redis listens to it. Node would take eleven of them for a leak.
    setMaxListeners(0, this.#stopping.signal);
    const quick = this.#patience(settings.commandTimeoutMs, false);
    this.#locator = new Locator(connections);
    this.#doorbell = new Doorbell(connections, this.#locator, () => this.#tails, settings);
    this.#feed = new LifecycleFeed(connections, settings, {
      happened: (happening) => this.#onHappening(happening),
      restored: (partitions) => this.#doorbell.relocate(partitions),
      missed: () => this.#tails.stirAll(),
    });
    this.#lease = new NodeLease(connections, settings);
    this.#appender = new Appender(connections, this.#locator, this.#writers, this.#tails);
    this.#changes = new Changes(connections, settings, this.#lease.node, quick);
    this.#catalogue = new Catalogue(connections, (id) => this.info(id));
    this.#limit = new LogLimit(settings.logsMax, () => this.#catalogue.count());
  }

  async open(): Promise<void> {
    await this.#feed.open();
    await this.#lease.open();
  }

  async create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<Created> {
    const isFull = await this.#quickly(() => this.#limit.isReached());
    const { info, replaced, eventId } = await this.#changes.create(id, init, mode, isFull);
    this.#feed.isOver(id, eventId);
    if (!replaced) this.#limit.created();
    this.#arrived(info);
    return { info, replaced };
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    return (await this.#changes.info(id))?.info;
  }

  async change(log: LogRef, change: Change): Promise<LogInfo> {
    const { info, eventId } = await this.#changes.change(log, change);
    this.#feed.isOver(log.id, eventId);
    if (change.kind === 'attach') this.#arrived(info);
    if (change.kind === 'release') this.#left(log, change.epoch);
    if (change.kind === 'seal') this.#writers.left(log);
    return info;
  }

  async append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    if (this.#stopping.signal.aborted || this.#isClosed) throw new LogError('STORE_UNAVAILABLE');
    const patience = this.#patience(this.settings.patienceMs, true);
    const append = this.#appender.append(writer, at, chunks, patience);
    const settled = append.catch(() => {
      // Its caller is told. Here it only matters that it is over.
    });
    this.#appends.add(settled);
    try {
      return await append;
    } catch (error) {
      // Some of it may have been stored, and others may append from now on: this node is not the one that knows.
      if (isLogError(error) && error.code !== 'LOG_GAP') this.#left(writer.log, writer.epoch);
      throw error;
    } finally {
      this.#appends.delete(settled);
    }
  }

  async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    return this.#quickly(() => readPage(this.connections, this.#locator, log, from, bytesMax));
  }

  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    const past =
      (this.#writers.tailOf(log) ?? START) > seen ||
      this.#doorbell.isPast(log, seen) ||
      this.#endedWatched.has(log.generation);
    return this.#tails.watch(log, seen, watcher, past);
  }

  async list(query: ListQuery): Promise<ListPage> {
    return this.#quickly(() => this.#catalogue.list(query));
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    return this.#quickly(() => this.#catalogue.due(query, limit));
  }

  lifecycle(listener: (event: LifecycleEvent) => void): () => void {
    return this.#feed.listen(listener);
  }

  /** Renewing the lease is a write, and fails for every reason for which an append would. */
  async ready(): Promise<void> {
    try {
      await this.#lease.renew();
    } catch (error) {
      throw new LogError('STORE_UNAVAILABLE', toLogError(error).message, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#tails.close();
    this.#doorbell.close();
    this.#feed.close();
    await this.#soon(Promise.allSettled(this.#appends));
    this.#stopping.abort();
    await Promise.allSettled(this.#appends);
    // Where this fails, the other nodes see the lease run out.
    await this.#soon(this.#lease.close());
    this.connections.close();
  }

  /** A writer of this node: what it appends is known here without Redis saying so. */
  #arrived(info: LogInfo): void {
    this.#locator.renamed(info, info.epoch);
    this.#writers.attached(writerOf(info), info.tail);
    this.#doorbell.drop(info);
    // What another node appended before may not have been told yet.
    this.#tails.stirred(info);
  }

  /** The log has no writer on this node any more, so its watchers need the doorbell. */
  #left(log: LogRef, epoch: number): void {
    if (!this.#writers.left(log, epoch) || this.#isClosed) return;
    const told = this.#tails.told(log);
    if (told === undefined) return;
    this.#doorbell.follow(log, told);
    this.#tails.stirred(log);
  }

  #onHappening({ event, keyEpoch }: Happening): void {
    const { log } = event;
    if (event.kind === 'ended') {
      this.#writers.left(log);
      this.#doorbell.drop(log);
      this.#locator.forget(log);
      if (this.#tails.isWatched(log)) this.#endedWatched.add(log.generation);
      this.#tails.ended(log, event.at, event.outcome);
    } else {
      this.#locator.renamed(log, keyEpoch);
      this.#doorbell.renamed(log, keyEpoch);
      // A writer of this node with a lower epoch has been replaced.
      this.#left(log, keyEpoch - 1);
    }
  }

  async #quickly<T>(attempt: () => Promise<T>): Promise<T> {
    return persist(this.#patience(this.settings.commandTimeoutMs, false), attempt);
  }

  #patience(forMs: number, evenWhenFull: boolean): Patience {
    return { forMs, evenWhenFull, signal: this.#stopping.signal };
  }

  /** Closing goes on when the work is done, has failed, or takes too long: Redis may be away. */
  async #soon(work: Promise<unknown>): Promise<void> {
    await within(this.settings.commandTimeoutMs, work).catch(() => {});
  }
}
