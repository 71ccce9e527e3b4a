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
  type RendezvousFailure,
  type RendezvousOptions,
  type RendezvousQueues,
  type RendezvousState,
  type RendezvousStatus,
  type ReportOutcome,
} from './rendezvous-queues';

interface Stream {
  readonly id: string;
  readonly createdAt: number;
  readonly headers: CustomHeaders;
  readonly queue: MemoryQueue;
  /** By `steadyNow`, as `inactiveSince`. */
  deadline: number;
  inactiveSince?: number;
  state: RendezvousState;
  deactivatedAt?: number;
  error?: RendezvousError;
  report?: RendezvousFailure;
  bytes: number;
}

const SWEEP_MS = 5_000;

const STATE_AFTER: Readonly<Record<TransferResult['end'], RendezvousState>> = {
  complete: 'FINISHED',
  source: 'SRC_DISCONNECTED',
  destination: 'DST_DISCONNECTED',
};

/** The streams of HTTP-Rendezvous in the memory of one node. */
export class MemoryRendezvous implements RendezvousQueues {
  readonly #streams = new Map<string, Stream>();
  readonly #sweeper = setInterval(() => this.#sweep(), SWEEP_MS).unref();

  constructor(
    private readonly options: RendezvousOptions,
    private readonly listener: QueueListener,
  ) {}

  async create(id: string, headers: CustomHeaders): Promise<boolean> {
    if (this.#streams.size >= this.options.streams) this.#sweep();
    if (this.#streams.size >= this.options.streams) return false;
    this.#streams.set(id, {
      id,
      headers,
      createdAt: Date.now(),
      deadline: steadyNow() + this.options.lifetime,
      queue: new MemoryQueue((to, event) => this.listener(id, to, event)),
      state: 'CREATED',
      bytes: 0,
    });
    return true;
  }

  async join(name: string, id: WaiterId, role: Role): Promise<JoinResult> {
    const stream = this.#find(name);
    if (stream === undefined || stream.deactivatedAt !== undefined)
      return { kind: 'refused', reason: 'unknown' };
    if (stream.report !== undefined) {
      deactivate(stream, 'CLIENT_ERROR');
      return { kind: 'refused', reason: REPORTED + JSON.stringify(stream.report) };
    }
    if (stream.queue.match !== undefined || stream.queue.hasWaiting(role))
      return { kind: 'refused', reason: 'taken' };
    const withinMs = stream.deadline - steadyNow();
    stream.queue.join(id, role);
    if (stream.queue.match !== undefined) stream.state = 'STREAMING';
    return { kind: 'joined', withinMs };
  }

  async leave(name: string, id: WaiterId, role: Role, reason: LeaveReason): Promise<boolean> {
    const stream = this.#streams.get(name);
    if (!stream?.queue.leave(id, role)) return false;
    const isSender = role === 'sender';
    if (reason === 'left') deactivate(stream, isSender ? 'SRC_DISCONNECTED' : 'DST_DISCONNECTED');
    if (reason === 'timeout') deactivate(stream, isSender ? 'TIMEOUT_NO_DST' : 'TIMEOUT_NO_SRC');
    return true;
  }

  async refresh(name: string, id: WaiterId, role: Role): Promise<WaiterState> {
    return this.#streams.get(name)?.queue.refresh(id, role) ?? { kind: 'gone' };
  }

  async finish(name: string, match: Match, { end, bytesRead }: TransferResult): Promise<boolean> {
    const stream = this.#streams.get(name);
    if (!stream?.queue.finish(match, [])) return false;
    stream.bytes = bytesRead;
    deactivate(stream, STATE_AFTER[end]);
    return true;
  }

  async report(id: string, report: RendezvousFailure): Promise<ReportOutcome> {
    const stream = this.#find(id);
    if (stream === undefined || stream.state.startsWith('TIMEOUT')) return 'unknown';
    if (stream.state !== 'CREATED' || stream.report !== undefined) return 'started';
    stream.report = report;
    if (stream.queue.isEmpty) return 'reported';
    deactivate(stream, 'CLIENT_ERROR');
    stream.queue.evictWaiting(REPORTED + JSON.stringify(report));
    return 'reported';
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
    clearInterval(this.#sweeper);
  }

  /** A stream without a waiter expires when it is looked up. */
  #find(id: string, now = steadyNow()): Stream | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined) return undefined;
    if (stream.state === 'CREATED' && stream.deadline <= now && stream.queue.isEmpty) {
      deactivate(stream, 'TIMEOUT_NO_SRC', now - stream.deadline);
    }
    const { inactiveSince } = stream;
    if (inactiveSince === undefined || inactiveSince + this.options.retention > now) return stream;
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
