import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { LogError } from '../../core/log/errors';
import type { Commit, CommitResult, LogInfo, LogInit, LogRef, Writer } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import type { Offset } from '../../core/log/offset';
import { withTimeout } from '../../core/scheduling/timeout';
import type { Change } from '../../core/store/change';
import { DamageReports } from '../../core/store/damage-reports';
import type { DueQuery } from '../../core/store/due-query';
import type { ListPage, ListQuery } from '../../core/store/list-query';
import type { LifecycleEvent, Watcher } from '../../core/store/news';
import type {
  CommitLimits,
  CreateResult,
  LogCounts,
  LogStore,
  Page,
  TimedPage,
} from '../../core/store/store';
import type { Connections } from '../../redis/connections';
import { type Retry, withRetries } from '../../redis/failures/retry';
import { Catalogue } from './catalogue/catalogue';
import { LogInfoReader } from './catalogue/log-info-reader';
import { DueLogs } from './due-logs';
import { NodeState } from './follow/node-state';
import { Changes } from './lifecycle/changes';
import { RedisForkLifecycle } from './lifecycle/fork-lifecycle';
import { RedisForkRefs } from './lifecycle/fork-refs';
import { LineIndexes } from './lifecycle/line-indexes';
import { LogCreator } from './lifecycle/log-creator';
import { VerifiedLogs } from './lifecycle/verified-logs';
import { LostLogs } from './read/lost-logs';
import { PageReader } from './read/page-reader';
import { TimeSearch } from './read/time-search';
import { verifyRecentLogs } from './read/verify-recent-logs';
import { LogScripts } from './schema/log-scripts';
import type { RedisStoreSettings } from './schema/options';
import { APPEND_BYTES_MAX, APPENDS_IN_FLIGHT, COMMIT_DELAY_MS } from './write/appender';
import { Committer } from './write/committer';
import { PendingAppends } from './write/pending-appends';

/** Logs in Redis Streams. `openRedisStore` opens it. */
export class RedisStore implements LogStore {
  readonly appendBytesMax = APPEND_BYTES_MAX;
  readonly appendsInFlight = APPENDS_IN_FLIGHT;
  readonly commitDelayMs = COMMIT_DELAY_MS;
  readonly #stopping = new AbortController();
  readonly #nodeState: NodeState;
  readonly #appends: PendingAppends;
  readonly #committer: Committer;
  readonly #changes: Changes;
  readonly #forks: RedisForkLifecycle;
  readonly #catalogue: Catalogue;
  readonly #due: DueLogs;
  readonly #creator: LogCreator;
  readonly #pages: PageReader;
  readonly #times: TimeSearch;
  readonly #lineIndexes: LineIndexes;
  readonly #logs: VerifiedLogs;
  readonly #lost: LostLogs;
  #isClosed = false;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
  ) {
    // Every operation that retries listens to it. By default Node warns of a leak from the eleventh listener on.
    setMaxListeners(0, this.#stopping.signal);
    const scripts = new LogScripts(connections.commands, randomUUID(), settings);
    const retry = this.#retryFor(settings.commandTimeout);
    const context = { connections, settings, scripts, retry, stopping: this.#stopping.signal };
    const nodeState = new NodeState(context);
    const { locator, feed, lease } = nodeState;
    const lost = new LostLogs(context, locator);
    feed.subscribe((event) => lost.onLifecycleEvent(event));
    verifyRecentLogs(connections, locator, lost, this.#stopping.signal);
    this.#appends = new PendingAppends(context, nodeState, lost, this.#retryFor(settings.patience, true));
    this.#committer = new Committer(context, {
      locator,
      retry: this.#retryFor(settings.patience),
      onStored: (log, { from, stored, stamp, seal, eventId }) => {
        nodeState.committed(log, from, stored, stamp, seal);
        if (eventId !== '') feed.markCompleted(log.id, eventId);
      },
    });
    const changes = new Changes(context);
    const refs = new RedisForkRefs(context);
    const source = { refs, info: (id: LogId) => this.info(id), readTimed: this.readTimed.bind(this) };
    const forks = new RedisForkLifecycle(context, source);
    const infos = new LogInfoReader(context);
    const damage = new DamageReports(settings.alarm);
    this.#catalogue = new Catalogue(context, infos);
    this.#due = new DueLogs(context, { changes, infos, lease, refs, lost });
    this.#creator = new LogCreator(context, { changes, forks, nodeState, lost });
    this.#logs = new VerifiedLogs({ retry, changes, forks, nodeState, damage });
    this.#pages = new PageReader(context, locator, lost, damage);
    this.#times = new TimeSearch(context, locator, lost, damage);
    this.#lineIndexes = new LineIndexes(context, lost);
    this.#nodeState = nodeState;
    this.#lost = lost;
    this.#changes = changes;
    this.#forks = forks;
  }

  async open(): Promise<void> {
    await this.connections.openLinks();
    await this.#nodeState.open();
    await this.#catalogue.open();
  }

  create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    return this.#creator.create(id, init, mode);
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    return this.#logs.info(id);
  }

  async wasLost(id: LogId): Promise<boolean> {
    return this.#lost.wasLost(id);
  }

  async change(log: LogRef, change: Change): Promise<LogInfo> {
    const changing = this.#logs.change(log, change);
    const { info, eventId, orphan } = await changing.catch(async (error: unknown) => {
      throw await this.#lost.explain(log, error);
    });
    this.#nodeState.feed.markCompleted(log.id, eventId);
    if (orphan !== undefined) await this.#forks.dropOrphan(orphan);
    return info;
  }

  append(writer: Writer, at: Offset, chunks: readonly Buffer[]): Promise<Offset> {
    if (this.#isClosed) return Promise.reject(new LogError('STORE_UNAVAILABLE'));
    return this.#appends.append(writer, at, chunks);
  }

  async commit(log: LogRef, commit: Commit, limits: CommitLimits): Promise<CommitResult> {
    if (this.#isClosed) throw new LogError('STORE_UNAVAILABLE');
    try {
      return await this.#committer.commit(log, commit, limits);
    } catch (error) {
      throw await this.#lost.explain(log, error);
    }
  }

  async read(log: LogRef, from: Offset, bytesMax: number, until = from): Promise<Page> {
    return this.#pages.read(log, { from, bytesMax, until });
  }

  async readTimed(log: LogRef, from: Offset, bytesMax: number, until = from): Promise<TimedPage> {
    return this.#pages.read(log, { from, bytesMax, until });
  }

  async offsetAt(log: LogRef, at: number): Promise<Offset> {
    return this.#times.offsetAt(log, at);
  }

  async loadLineIndex(log: LogRef): Promise<Buffer | undefined> {
    return this.#lineIndexes.load(log);
  }

  async saveLineIndex(log: LogRef, index: Buffer): Promise<void> {
    return this.#lineIndexes.save(log, index);
  }

  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    return this.#nodeState.watch(log, seen, watcher);
  }

  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    return this.#catalogue.list(query, signal);
  }

  async count(): Promise<LogCounts> {
    return this.#catalogue.count();
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    return this.#due.find(query, limit);
  }

  async purge(id: LogId): Promise<boolean> {
    const purged = await this.#changes.purge(id);
    if (purged === undefined) return false;
    this.#nodeState.feed.markCompleted(id, purged.eventId);
    if (purged.orphan !== undefined) await this.#forks.dropOrphan(purged.orphan);
    return true;
  }

  /** The time of this node. `Changes` and `DueLogs` convert it to the time of Redis. */
  now(): number {
    return Date.now();
  }

  lifecycle(listener: (event: LifecycleEvent) => void, onMissed?: () => void): () => void {
    return this.#nodeState.feed.subscribe(listener, onMissed);
  }

  /** Renews the lease: a write, which fails for every reason for which an append would. */
  async ready(): Promise<void> {
    try {
      await this.#nodeState.lease.renew('unless full');
    } catch (error) {
      const { message } = this.connections.wording.toLogError(error);
      throw new LogError('STORE_UNAVAILABLE', message, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#nodeState.close();
    await this.#withinTimeout(Promise.all([this.#appends.idle(), this.#committer.idle()]));
    this.#stopping.abort();
    await Promise.all([this.#appends.idle(), this.#committer.idle()]);
    // Where this fails, the lease runs out, and the other nodes interrupt the logs.
    await this.#withinTimeout(this.#nodeState.lease.close());
    this.connections.close();
  }

  #retryFor(forMs: number, evenWhenFull = false): Retry {
    const policy = { forMs, evenWhenFull, signal: this.#stopping.signal, wording: this.connections.wording };
    return (attempt) => withRetries(policy, attempt);
  }

  /** Resolves when the work succeeds, fails or takes too long: Redis may be away. */
  async #withinTimeout(work: Promise<unknown>): Promise<void> {
    await withTimeout(this.settings.commandTimeout, work).catch(() => {});
  }
}
