import { steadyNow } from '../../core/scheduling/steady-clock';
import type { JoinResult, Match, QueueListener, Role, TransferResult, WaiterId } from '../match/queues';
import { MemoryQueues } from '../queues/memory-queues';
import {
  type CamaQueues,
  type CamaSession,
  type Direction,
  directionQueue,
  REMOVED,
  sessionIdOf,
} from './cama-queues';

interface Session extends CamaSession {
  /** By `steadyNow`. */
  readonly endsAt: number;
  peer?: string;
}

const SWEEP_MS = 5_000;

const SENDERS: readonly Direction[] = ['host', 'guest'];

/** The sessions of cama in the memory of one node. */
export class MemoryCama extends MemoryQueues implements CamaQueues {
  readonly #sessions = new Map<string, Session>();
  readonly #sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();

  constructor(
    private readonly sessionsMax: number,
    listener: QueueListener,
  ) {
    super(listener);
  }

  async create(session: CamaSession): Promise<boolean> {
    if (this.#sessions.size >= this.sessionsMax) this.#sweep();
    if (this.#sessions.size >= this.sessionsMax) return false;
    const endsAt = steadyNow() + session.expiresAt - Date.now();
    this.#sessions.set(session.id, { ...session, endsAt });
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
    this.#sessions.delete(id);
    for (const name of SENDERS.map((sender) => directionQueue(id, sender))) {
      this.queues.get(name)?.close(REMOVED);
      this.deleteIfEmpty(name);
    }
  }

  override async join(name: string, id: WaiterId, role: Role): Promise<JoinResult> {
    const session = this.#find(sessionIdOf(name));
    if (session === undefined) return { kind: 'refused', reason: 'unknown' };
    if (this.queues.get(name)?.hasWaiting(role)) return { kind: 'refused', reason: 'taken' };
    await super.join(name, id, role);
    return { kind: 'joined', withinMs: session.endsAt - steadyNow() };
  }

  override async finish(
    name: string,
    match: Match,
    result: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<boolean> {
    if (this.#sessions.has(sessionIdOf(name))) return super.finish(name, match, result, requeued);
    for (const id of requeued) this.listener(name, id, { kind: 'gone', reason: REMOVED });
    return super.finish(name, match, result, []);
  }

  override close(): void {
    clearInterval(this.#sweeper);
  }

  #find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session !== undefined && session.endsAt > steadyNow() ? session : undefined;
  }

  /** An expired session is kept while it has waiters: each has a timer that ends its wait. */
  #sweep(): void {
    for (const [id, { endsAt }] of this.#sessions) {
      const isEmpty = !SENDERS.some((sender) => this.queues.has(directionQueue(id, sender)));
      if (endsAt <= steadyNow() && isEmpty) this.#sessions.delete(id);
    }
  }
}
