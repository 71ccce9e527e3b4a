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
import { type CamaQueues, type CamaSession, directionQueue, sessionIdOf } from './cama-queues';

interface Session extends CamaSession {
  readonly places: ReadonlyMap<string, MemoryQueue>;
  /** When it expires, by `steadyNow`. */
  readonly endsAt: number;
  peer?: string;
}

const REMOVED = 'removed';

const SWEEP_EVERY_MS = 5_000;

export class MemoryCama implements CamaQueues {
  readonly #sessions = new Map<string, Session>();
  readonly #sweeping = setInterval(() => this.#sweep(), SWEEP_EVERY_MS).unref();

  constructor(
    private readonly sessionsMax: number,
    private readonly hear: QueueListener,
  ) {}

  async create(session: CamaSession): Promise<boolean> {
    if (this.#sessions.size >= this.sessionsMax) this.#sweep();
    if (this.#sessions.size >= this.sessionsMax) return false;
    const directions = (['host', 'guest'] as const).map((sender) => directionQueue(session.id, sender));
    const places = new Map(directions.map((place) => [place, this.#newPlace(place)]));
    const endsAt = steadyNow() + session.expiresAt - Date.now();
    this.#sessions.set(session.id, { ...session, places, endsAt });
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
    for (const place of session?.places.values() ?? []) place.close(REMOVED);
  }

  async join(place: string, entry: WaiterId, role: Role): Promise<JoinResult> {
    const session = this.#find(sessionIdOf(place));
    const meeting = session?.places.get(place);
    if (session === undefined || meeting === undefined) return { kind: 'refused', why: 'unknown' };
    if (meeting.hasWaiting(role)) return { kind: 'refused', why: 'taken' };
    meeting.join(entry, role);
    return { kind: 'attached', withinMs: session.endsAt - steadyNow() };
  }

  async leave(place: string, entry: WaiterId, role: Role): Promise<boolean> {
    return this.#place(place)?.leave(entry, role) ?? false;
  }

  async refresh(place: string, entry: WaiterId, role: Role): Promise<WaiterState> {
    return this.#place(place)?.refresh(entry, role) ?? { kind: 'gone' };
  }

  async finish(
    place: string,
    pair: Match,
    _ended: TransferResult,
    returning: readonly WaiterId[],
  ): Promise<boolean> {
    const found = this.#place(place);
    if (found !== undefined) return found.finish(pair, returning);
    for (const entry of returning) this.hear(place, entry, { kind: 'gone', why: REMOVED });
    return true;
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  #newPlace(place: string): MemoryQueue {
    return new MemoryQueue((to, news) => this.hear(place, to, news));
  }

  #place(place: string): MemoryQueue | undefined {
    return this.#sessions.get(sessionIdOf(place))?.places.get(place);
  }

  #find(id: string): Session | undefined {
    const session = this.#sessions.get(id);
    return session !== undefined && session.endsAt > steadyNow() ? session : undefined;
  }

  /** Who still waits at an expired session has a timer, and is left in peace until then. */
  #sweep(): void {
    for (const [id, { places, endsAt }] of this.#sessions) {
      const isEmpty = [...places.values()].every((place) => place.isEmpty);
      if (endsAt <= steadyNow() && isEmpty) this.#sessions.delete(id);
    }
  }
}
