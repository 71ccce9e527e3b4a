import { steadyNow } from '../../core/scheduling/steady-clock';
import type {
  JoinResult,
  Match,
  QueueListener,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import { MemoryQueue } from '../queues/memory-queue';
import { type CamaQueues, type CamaSession, directionQueue, REMOVED, sessionIdOf } from './cama-queues';

interface Session extends CamaSession {
  readonly queues: ReadonlyMap<string, MemoryQueue>;
  /** By `steadyNow`. */
  readonly endsAt: number;
  peer?: string;
}

const SWEEP_MS = 5_000;

export class MemoryCama implements CamaQueues {
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();

  constructor(
    private readonly sessionsMax: number,
    private readonly listener: QueueListener,
  ) {}

  async create(session: CamaSession): Promise<boolean> {
    if (this.#sessions.size >= this.sessionsMax) this.#sweep();
    if (this.#sessions.size >= this.sessionsMax) return false;
    const names = [directionQueue(session.id, 'host'), directionQueue(session.id, 'guest')];
    const queues = new Map(names.map((name) => [name, this.#createQueue(name)]));
    const endsAt = steadyNow() + session.expiresAt - Date.now();
    this.#sessions.set(session.id, { ...session, queues, endsAt });
    return true;
  }

  async session(id: string): Promise<CamaSession | undefined> {
    return this.#find(id);
  }

  async permit(id: string, peer: string): Promise<void> {
    const session = this.#find(id);
    if (session !== undefined) session.peer = peer;
  }

  async remove(id: string): Promise<void> {
    const session = this.#sessions.get(id);
    this.#sessions.delete(id);
    for (const queue of session?.queues.values() ?? []) queue.close(REMOVED);
  }

  async join(name: string, id: WaiterId, role: Role): Promise<JoinResult> {
    const session = this.#find(sessionIdOf(name));
    const queue = session?.queues.get(name);
    if (session === undefined || queue === undefined) return { kind: 'refused', reason: 'unknown' };
    if (queue.hasWaiting(role)) return { kind: 'refused', reason: 'taken' };
    queue.join(id, role);
    return { kind: 'joined', withinMs: session.endsAt - steadyNow() };
  }

  async leave(name: string, id: WaiterId, role: Role): Promise<boolean> {
    return this.#queue(name)?.leave(id, role) ?? false;
  }

  async refresh(name: string, id: WaiterId, role: Role): Promise<WaiterState> {
    return this.#queue(name)?.refresh(id, role) ?? { kind: 'gone' };
  }

  async finish(
    name: string,
    match: Match,
    _result: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<boolean> {
    const queue = this.#queue(name);
    if (queue !== undefined) return queue.finish(match, requeued);
    for (const id of requeued) this.listener(name, id, { kind: 'gone', reason: REMOVED });
    return true;
  }

  close(): void {
    clearInterval(this.#sweeper);
  }

  #createQueue(name: string): MemoryQueue {
    return new MemoryQueue((to, event) => this.listener(name, to, event));
  }

  #queue(name: string): MemoryQueue | undefined {
    return this.#sessions.get(sessionIdOf(name))?.queues.get(name);
  }

  #find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session !== undefined && session.endsAt > steadyNow() ? session : undefined;
  }

  /** An expired session is kept while it has waiters: each has a timer that ends its wait. */
  #sweep(): void {
    for (const [id, { queues, endsAt }] of this.#sessions) {
      const isEmpty = [...queues.values()].every((queue) => queue.isEmpty);
      if (endsAt <= steadyNow() && isEmpty) this.#sessions.delete(id);
    }
  }
}
