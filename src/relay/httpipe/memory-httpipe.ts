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
import { channelQueue, DESTROYED, type HttpipeQueues, parseChannelQueue } from './httpipe-queues';

export class MemoryHttpipe implements HttpipeQueues {
  readonly #queues = new Map<string, MemoryQueue>();

  constructor(private readonly listener: QueueListener) {}

  async join(name: string, id: WaiterId, role: Role): Promise<JoinResult> {
    const queue = this.#queues.get(name) ?? new MemoryQueue((to, event) => this.listener(name, to, event));
    this.#queues.set(name, queue);
    queue.join(id, role);
    return { kind: 'joined' };
  }

  async leave(name: string, id: WaiterId, role: Role): Promise<boolean> {
    const wasWaiting = this.#queues.get(name)?.leave(id, role) ?? false;
    this.#deleteIfEmpty(name);
    return wasWaiting;
  }

  async refresh(name: string, id: WaiterId, role: Role): Promise<WaiterState> {
    return this.#queues.get(name)?.refresh(id, role) ?? { kind: 'gone' };
  }

  async finish(
    name: string,
    match: Match,
    _result: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<boolean> {
    const wasRunning = this.#queues.get(name)?.finish(match, requeued) ?? false;
    this.#deleteIfEmpty(name);
    return wasRunning;
  }

  async destroy(namespace: string, channel?: string): Promise<void> {
    const names = channel === undefined ? this.#queuesIn(namespace) : [channelQueue(namespace, channel)];
    for (const name of names) {
      this.#queues.get(name)?.evictWaiting(DESTROYED);
      this.#deleteIfEmpty(name);
    }
  }

  async namespaces(): Promise<readonly string[]> {
    return [...new Set([...this.#queues.keys()].map((name) => parseChannelQueue(name)[0]))];
  }

  async channels(namespace: string): Promise<readonly string[]> {
    return this.#queuesIn(namespace).map((name) => parseChannelQueue(name)[1]);
  }

  close(): void {}

  #queuesIn(namespace: string): readonly string[] {
    const prefix = channelQueue(namespace, '');
    return [...this.#queues.keys()].filter((name) => name.startsWith(prefix));
  }

  #deleteIfEmpty(name: string): void {
    if (this.#queues.get(name)?.isEmpty) this.#queues.delete(name);
  }
}
