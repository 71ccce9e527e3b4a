import { setMaxListeners } from 'node:events';
import { LogError } from '../../core/log/errors';
import type { Commit, CommitResult, LogInfo, LogInit, LogRef, Writer } from '../../core/log/log';
import type { LogId } from '../../core/log/log-id';
import type { Offset } from '../../core/log/offset';
import { withTimeout } from '../../core/scheduling/timeout';
import type { Change } from '../../core/store/change';
import { DamageReports } from '../../core/store/damage-reports';
import type {
  CommitLimits,
  CreateResult,
  DueQuery,
  LifecycleEvent,
  ListPage,
  ListQuery,
  LogStore,
  Page,
  Watcher,
} from '../../core/store/store';
import type { Connections } from '../../redis/connections';
import { type RetryPolicy, withRetries } from '../../redis/failures/retry';
import { ALL_PARTITIONS } from '../../redis/partitions';
import { Catalogue } from './catalogue/catalogue';
import { LogInfoReader } from './catalogue/log-info-reader';
import { DueLogs } from './due-logs';
import { LifecycleFeed } from './follow/lifecycle-feed';
import { NodeState } from './follow/node-state';
import { Changes } from './lifecycle/changes';
import { RedisForkLifecycle } from './lifecycle/fork-lifecycle';
import { RedisForkRefs } from './lifecycle/fork-refs';
import { LogCreator } from './lifecycle/log-creator';
import { LogLimit } from './lifecycle/log-limit';
import { VerifiedLogs } from './lifecycle/verified-logs';
import { NodeLease } from './nodes/node-lease';
import { LostLogs } from './read/lost-logs';
import { PageReader } from './read/page-reader';
import { verifyRecentLogs } from './read/verify-recent-logs';
import type { RedisStoreSettings } from './schema/options';
import { APPEND_BYTES_MAX, APPENDS_IN_FLIGHT, Appender } from './write/appender';
import { Committer } from './write/committer';
import { PendingAppends } from './write/pending-appends';

/** Logs in Redis Streams. `openRedisStore` opens it. */
export class RedisStore implements LogStore {
  readonly appendBytesMax = APPEND_BYTES_MAX;
  readonly appendsInFlight = APPENDS_IN_FLIGHT;
  readonly #stopping = new AbortController();
  readonly #nodeState: NodeState;
  readonly #feed: LifecycleFeed;
  readonly #lease: NodeLease;
  readonly #appends: PendingAppends;
  readonly #committer: Committer;
  readonly #changes: Changes;
  readonly #forks: RedisForkLifecycle;
  readonly #catalogue: Catalogue;
  readonly #due: DueLogs;
  readonly #creation: LogCreator;
  readonly #reads: PageReader;
  readonly #logs: VerifiedLogs;
  readonly #lost: LostLogs;
  #isClosed = false;

  constructor(
    private readonly connections: Connections,
    private readonly settings: RedisStoreSettings,
  ) {
    // Every operation that waits for Redis listens to it. Node would take eleven of them for a leak.
    setMaxListeners(0, this.#stopping.signal);
    const quickly = <T>(attempt: () => Promise<T>): Promise<T> => this.#retry(attempt);
    const quick = this.#retryPolicy(settings.commandTimeout, false);
    this.#nodeState = new NodeState(connections, settings);
    const { producers, locator, tails, writers } = this.#nodeState;
    this.#lost = new LostLogs(connections, settings, locator, quickly);
    this.#feed = new LifecycleFeed(connections, settings, {
      onRecord: (happening) => this.#nodeState.apply(happening),
      onReconnect: (partitions) => this.#nodeState.reconnected(partitions),
      onGap: () => void this.#nodeState.eventsMissed(),
    });
    this.#feed.subscribe((event) => this.#lost.onLifecycleEvent(event));
    this.#lease = new NodeLease(connections, settings, producers, () => {
      connections.sessions.begin();
      this.#nodeState.reconnected(ALL_PARTITIONS);
    });
    this.#appends = new PendingAppends({
      appender: new Appender(connections, locator, writers, tails),
      patience: this.#retryPolicy(settings.patience, true),
      watching: this.#nodeState,
      lost: this.#lost,
    });
    this.#changes = new Changes(connections, settings, this.#lease.node, quick);
    this.#committer = new Committer(connections, settings, {
      node: this.#lease.node,
      locator,
      patience: this.#retryPolicy(settings.patience, false),
      onStored: (log, { from, stored, seal, eventId }) => {
        this.#nodeState.committed(log, from, stored, seal);
        if (eventId !== '') this.#feed.markCompleted(log.id, eventId);
      },
    });
    const forks = new RedisForkRefs(connections, settings);
    this.#forks = new RedisForkLifecycle({
      connections,
      settings,
      forks,
      info: (id) => this.info(id),
      read: (log, from, bytesMax) => this.read(log, from, bytesMax),
      quickly,
    });
    const { signal: stopping } = this.#stopping;
    verifyRecentLogs(connections, locator, this.#lost, stopping);
    const infos = new LogInfoReader(connections, quickly, settings.warn);
    this.#catalogue = new Catalogue({ connections, infos, stopping, quickly });
    const [changes, lease, lost] = [this.#changes, this.#lease, this.#lost];
    this.#due = new DueLogs({ connections, changes, infos, lease, forks, lost, quickly });
    const count = async (): Promise<number> => (await this.#catalogue.count()) + (await forks.count());
    this.#creation = new LogCreator({
      limit: new LogLimit(settings.logsMax, count),
      changes: this.#changes,
      lineage: this.#forks,
      watching: this.#nodeState,
      feed: this.#feed,
      lost,
      quickly,
    });
    const damage = new DamageReports(settings.alarm);
    const [lineage, watching] = [this.#forks, this.#nodeState];
    this.#logs = new VerifiedLogs({ changes, lineage, watching, damage, quickly });
    this.#reads = new PageReader({ connections, settings, locator, lost, quickly, damage });
  }

  async open(): Promise<void> {
    await this.connections.openLinks();
    await this.#feed.open();
    await this.#lease.open();
    await this.#catalogue.open();
  }

  create(id: LogId, init: LogInit, mode: 'new' | 'replace'): Promise<CreateResult> {
    return this.#creation.create(id, init, mode);
  }

  async info(id: LogId): Promise<LogInfo | undefined> {
    return this.#logs.info(id);
  }

  async wasLost(id: LogId): Promise<boolean> {
    return this.#lost.wasLost(id);
  }

  async change(log: LogRef, change: Change): Promise<LogInfo> {
    const changing = this.#logs.change(log, change);
    const { info, eventId, loose } = await changing.catch(async (error: unknown) => {
      throw await this.#lost.explain(log, error);
    });
    this.#feed.markCompleted(log.id, eventId);
    if (loose !== undefined) await this.#forks.dropOrphan(loose);
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
    return this.#reads.read(log, { from, bytesMax, until });
  }

  watch(log: LogRef, seen: Offset, watcher: Watcher): () => void {
    return this.#nodeState.watch(log, seen, watcher);
  }

  async list(query: ListQuery, signal?: AbortSignal): Promise<ListPage> {
    return this.#catalogue.list(query, signal);
  }

  async due(query: DueQuery, limit: number): Promise<readonly LogInfo[]> {
    return this.#due.find(query, limit);
  }

  async purge(id: LogId): Promise<boolean> {
    const purged = await this.#changes.purge(id);
    if (purged === undefined) return false;
    this.#feed.markCompleted(id, purged.eventId);
    if (purged.loose !== undefined) await this.#forks.dropOrphan(purged.loose);
    return true;
  }

  /** That of this node. What is compared with times of Redis is first made one. */
  now(): number {
    return Date.now();
  }

  lifecycle(listener: (event: LifecycleEvent) => void): () => void {
    return this.#feed.subscribe(listener);
  }

  /** Renewing the lease is a write, and fails for every reason for which an append would. */
  async ready(): Promise<void> {
    try {
      await this.#lease.renew('unless full');
    } catch (error) {
      const { message } = this.connections.wording.toLogError(error);
      throw new LogError('STORE_UNAVAILABLE', message, { cause: error });
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#nodeState.close();
    this.#feed.close();
    await this.#withinTimeout(Promise.all([this.#appends.idle(), this.#committer.idle()]));
    this.#stopping.abort();
    await Promise.all([this.#appends.idle(), this.#committer.idle()]);
    // Where this fails, the other nodes see the lease run out.
    await this.#withinTimeout(this.#lease.close());
    this.connections.close();
  }

  async #retry<T>(attempt: () => Promise<T>): Promise<T> {
    return withRetries(this.#retryPolicy(this.settings.commandTimeout, false), attempt);
  }

  #retryPolicy(forMs: number, evenWhenFull: boolean): RetryPolicy {
    return { forMs, evenWhenFull, signal: this.#stopping.signal, wording: this.connections.wording };
  }

  /** Closing goes on when the work is done, has failed, or takes too long: Redis may be away. */
  async #withinTimeout(work: Promise<unknown>): Promise<void> {
    await withTimeout(this.settings.commandTimeout, work).catch(() => {});
  }
}
