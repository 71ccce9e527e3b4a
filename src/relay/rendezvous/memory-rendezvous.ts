import { steadyNow } from '../../core/scheduling/steady-clock';
import type {
  JoinResult,
  LeaveReason,
  Match,
  QueueListener,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import { MemoryQueue } from '../queues/memory-queue';
import {
  type CustomHeaders,
  errorForState,
  REPORTED,
  type RendezvousError,
  type RendezvousOptions,
  type RendezvousQueues,
  type RendezvousState,
  type RendezvousStatus,
  type ReportedError,
} from './rendezvous-queues';

interface Stream {
  readonly id: string;
  readonly createdAt: number;
  readonly headers: CustomHeaders;
  readonly place: MemoryQueue;
  /** By `steadyNow`, as `inactiveSince`. */
  deadline: number;
  inactiveSince?: number;
  state: RendezvousState;
  deactivatedAt?: number;
  error?: RendezvousError;
  report?: ReportedError;
  bytes: number;
}

const SWEEP_EVERY_MS = 5_000;

const STATE_AFTER: Readonly<Record<TransferResult['end'], RendezvousState>> = {
  complete: 'FINISHED',
  source: 'SRC_DISCONNECTED',
  destination: 'DST_DISCONNECTED',
};

export class MemoryRendezvous implements RendezvousQueues {
  readonly #streams = new Map<string, Stream>();
  readonly #sweeping = setInterval(() => this.#sweep(), SWEEP_EVERY_MS).unref();

  constructor(
    private readonly options: RendezvousOptions,
    private readonly hear: QueueListener,
  ) {}

  async create(id: string, headers: CustomHeaders): Promise<boolean> {
    if (this.#streams.size >= this.options.streamsMax) this.#sweep();
    if (this.#streams.size >= this.options.streamsMax) return false;
    this.#streams.set(id, {
      id,
      headers,
      createdAt: Date.now(),
      deadline: steadyNow() + this.options.lifetimeMs,
      place: new MemoryQueue((to, news) => this.hear(id, to, news)),
      state: 'CREATED',
      bytes: 0,
    });
    return true;
  }

  async join(id: string, entry: WaiterId, role: Role): Promise<JoinResult> {
    const stream = this.#find(id);
    if (stream === undefined || stream.deactivatedAt !== undefined)
      return { kind: 'refused', why: 'unknown' };
    if (stream.report !== undefined) {
      deactivate(stream, 'CLIENT_ERROR');
      return { kind: 'refused', why: REPORTED + JSON.stringify(stream.report) };
    }
    if (stream.place.match !== undefined || stream.place.hasWaiting(role))
      return { kind: 'refused', why: 'taken' };
    const withinMs = stream.deadline - steadyNow();
    stream.place.join(entry, role);
    if (stream.place.match !== undefined) stream.state = 'STREAMING';
    return { kind: 'attached', withinMs };
  }

  async leave(id: string, entry: WaiterId, role: Role, why: LeaveReason): Promise<boolean> {
    const stream = this.#streams.get(id);
    if (!stream?.place.leave(entry, role)) return false;
    const isSender = role === 'sender';
    if (why === 'left') deactivate(stream, isSender ? 'SRC_DISCONNECTED' : 'DST_DISCONNECTED');
    if (why === 'timeout') deactivate(stream, isSender ? 'TIMEOUT_NO_DST' : 'TIMEOUT_NO_SRC');
    return true;
  }

  async refresh(id: string, entry: WaiterId, role: Role): Promise<WaiterState> {
    return this.#streams.get(id)?.place.refresh(entry, role) ?? { kind: 'gone' };
  }

  async finish(id: string, pair: Match, { end, bytesRead }: TransferResult): Promise<boolean> {
    const stream = this.#streams.get(id);
    if (!stream?.place.finish(pair, [])) return false;
    stream.bytes = bytesRead;
    deactivate(stream, STATE_AFTER[end]);
    return true;
  }

  async report(id: string, report: ReportedError): Promise<'told' | 'unknown' | 'started'> {
    const stream = this.#find(id);
    if (stream === undefined || stream.state.startsWith('TIMEOUT')) return 'unknown';
    if (stream.state !== 'CREATED' || stream.report !== undefined) return 'started';
    stream.report = report;
    if (stream.place.isEmpty) return 'told';
    deactivate(stream, 'CLIENT_ERROR');
    stream.place.evictWaiting(REPORTED + JSON.stringify(report));
    return 'told';
  }

  async progress(id: string, bytes: number): Promise<void> {
    const stream = this.#streams.get(id);
    if (stream?.state === 'STREAMING') stream.bytes = bytes;
  }

  async status(id: string): Promise<RendezvousStatus | undefined> {
    return this.#find(id);
  }

  async headers(id: string): Promise<CustomHeaders | undefined> {
    return this.#find(id)?.headers;
  }

  async list(): Promise<readonly RendezvousStatus[]> {
    this.#sweep();
    return [...this.#streams.values()];
  }

  close(): void {
    clearInterval(this.#sweeping);
  }

  /** A stream that nobody waits at expires when it is looked at. */
  #find(id: string, now = steadyNow()): Stream | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined) return undefined;
    if (stream.state === 'CREATED' && stream.deadline <= now && stream.place.isEmpty) {
      deactivate(stream, 'TIMEOUT_NO_SRC', now - stream.deadline);
    }
    const { inactiveSince } = stream;
    if (inactiveSince === undefined || inactiveSince + this.options.retentionMs > now) return stream;
    this.#streams.delete(id);
    return undefined;
  }

  #sweep(): void {
    const now = steadyNow();
    for (const id of this.#streams.keys()) this.#find(id, now);
  }
}

function deactivate(stream: Stream, state: RendezvousState, agoMs = 0): void {
  stream.state = state;
  stream.deactivatedAt = Date.now() - agoMs;
  stream.inactiveSince = steadyNow() - agoMs;
  const error = errorForState(state, stream.report);
  if (error !== undefined) stream.error = error;
}
