import type {
  JoinResult,
  Match,
  QueueListener,
  Queues,
  Role,
  TransferResult,
  WaiterId,
  WaiterState,
} from '../match/queues';
import { MemoryQueue } from './memory-queue';

/** The queues of one relay in the memory of the only node. A queue exists while it has waiters or a transfer. */
export class MemoryQueues implements Queues {
  protected readonly queues = new Map<string, MemoryQueue>();

  constructor(protected readonly listener: QueueListener) {}

  async join(name: string, id: WaiterId, role: Role): Promise<JoinResult> {
    const queue = this.queues.get(name) ?? new MemoryQueue((to, event) => this.listener(name, to, event));
    this.queues.set(name, queue);
    queue.join(id, role);
    return { kind: 'joined' };
  }

  async leave(name: string, id: WaiterId, role: Role): Promise<boolean> {
    const wasWaiting = this.queues.get(name)?.leave(id, role) ?? false;
    this.deleteIfEmpty(name);
    return wasWaiting;
  }

  async refresh(name: string, id: WaiterId, role: Role): Promise<WaiterState> {
    return this.queues.get(name)?.refresh(id, role) ?? { kind: 'gone' };
  }

  async finish(
    name: string,
    match: Match,
    _result: TransferResult,
    requeued: readonly WaiterId[],
  ): Promise<boolean> {
    const wasRunning = this.queues.get(name)?.finish(match, requeued) ?? false;
    this.deleteIfEmpty(name);
    return wasRunning;
  }

  close(): void {}

  protected deleteIfEmpty(name: string): void {
    if (this.queues.get(name)?.isEmpty) this.queues.delete(name);
  }
}
